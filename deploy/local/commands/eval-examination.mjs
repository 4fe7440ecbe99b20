import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { inRepository } from '../paths.mjs';
import { option } from '../platform/runner-options.mjs';
import { withSession } from '../session.mjs';

/** What a sandbox needs of the system; the agents are run without the platform. */
const PACKAGES = ['git', 'bubblewrap'];

/** Where a relative path is meant: npm itself stands in the root of the checkout. */
const folderOf = (args, env) => {
  const given = option(args, '--dir');
  return given === undefined
    ? inRepository('test', 'fixtures', 'examination')
    : resolve(env.INIT_CWD ?? process.cwd(), given);
};

const withoutDir = (args) =>
  args.filter((arg, index) => !arg.startsWith('--dir=') && arg !== '--dir' && args[index - 1] !== '--dir');

/** The corpus of cheating and honest changes, judged by TESTING and EXAMINATION as the platform runs them. */
export async function run(args) {
  const folder = folderOf(args, process.env);
  if (!existsSync(folder))
    throw new LauncherFailure('corpus_missing', `${folder} does not exist`, {
      suggestion: 'name the folder of a corpus with --dir: it holds projects/ and cases/',
      exitCode: 2,
    });
  const json = args.includes('--json');
  const packages = args.includes('--no-sandbox') ? ['git'] : PACKAGES;
  return withSession({ title: 'YMERA · evaluation of the examination', json }, async (session) => {
    const node = await prepareMachine(session, { packages });
    await build(session, node);
    const script = inRepository('services', 'agent-runner', 'dist', 'evaluation', 'evaluate-examination.js');
    return session.runAttached(node.path, [script, '--dir', folder, ...withoutDir(args)], {
      env: process.env,
    });
  });
}

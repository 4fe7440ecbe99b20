import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { LauncherFailure } from '../failure.mjs';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { inRepository } from '../paths.mjs';
import { option } from '../platform/runner-options.mjs';
import { withSession } from '../session.mjs';

/** @import { SystemPackage } from '../machine/packages.mjs' */

/**
 * The agents run in a sandbox, without the platform.
 * @type {SystemPackage[]}
 */
const PACKAGES = ['git', 'bubblewrap'];

/**
 * A relative path is relative to the caller's folder: npm itself runs in the root of the checkout.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
const folderOf = (args, env) => {
  const given = option(args, '--dir');
  return given === undefined
    ? inRepository('test', 'fixtures', 'examination')
    : resolve(env['INIT_CWD'] ?? process.cwd(), given);
};

/** @param {readonly string[]} args */
const withoutDir = (args) =>
  args.filter((arg, index) => !arg.startsWith('--dir=') && arg !== '--dir' && args[index - 1] !== '--dir');

/**
 * The corpus of cheating and honest changes, judged by TESTING and EXAMINATION as the platform runs them.
 * @param {string[]} args
 */
export async function run(args) {
  const folder = folderOf(args, process.env);
  if (!existsSync(folder))
    throw new LauncherFailure('corpus_missing', `${folder} does not exist`, {
      suggestion: 'name the folder of a corpus with --dir: it contains projects/ and cases/',
      exitCode: 2,
    });
  const json = args.includes('--json');
  /** @type {SystemPackage[]} */
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

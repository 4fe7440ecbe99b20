import { join, resolve } from 'node:path';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { inRepository, stateRoot, ensureFolder } from '../paths.mjs';
import { openInstance } from '../platform/instance.mjs';
import { refuseMissingProgram } from '../platform/missing-program.mjs';
import { startPlatform } from '../platform/platform.mjs';
import { option, platformPackages, runnerOptions, sandboxWarning } from '../platform/runner-options.mjs';
import { givenServers } from '../servers/servers.mjs';
import { withSession } from '../session.mjs';

/** Small on purpose: eight services of a demo would otherwise hold more connections than they use. */
const POOL_SIZE = 5;

/** Somebody is watching: a command that hangs is given up sooner than in a fleet. `--deadline` says otherwise. */
const TASK_TIMEOUT_S = '120';

/** Ctrl-C and SIGTERM end the demo in the same way. */
const INTERRUPTED = 130;
const TERMINATED = 143;

/** The last line for programs where the CLI, which tells the rest, was not reached. */
const interrupted = {
  state: 'canceled',
  error: { code: 'interrupted', message: 'Interrupted before the platform was ready.', retryable: true },
};

function journeyEnvironment(platform) {
  return {
    ...process.env,
    INIT_CWD: process.env.INIT_CWD ?? process.cwd(),
    YMERA_URL: platform.urls.gateway,
    YMERA_REQUESTER_TOKEN_FILE: platform.tokenFiles.requester,
    YMERA_APPROVER_TOKEN_FILE: platform.tokenFiles.approver,
    YMERA_ADMIN_TOKEN_FILE: platform.tokenFiles.admin,
    YMERA_DEMO_DIR: ensureFolder(join(stateRoot, 'demo')),
    YMERA_LOG_DIR: platform.logs,
  };
}

function platformEnvironment(args) {
  const deadline = option(args, '--deadline') ?? process.env.YMERA_TASK_TIMEOUT_SECONDS ?? TASK_TIMEOUT_S;
  return { ...process.env, YMERA_TASK_TIMEOUT_SECONDS: deadline };
}

/** What follows one of these is its value, whatever it looks like. */
const WITH_VALUE = [
  ...['--repo', '--sample', '--request', '--exec', '--test', '--bench', '--build'],
  ...['--pass-env', '--deadline'],
];

const hasFlag = (args, ...flags) =>
  args.some((arg, at) => flags.includes(arg) && !WITH_VALUE.includes(args[at - 1]));

/** The path of `--repo`, where one was given; whether it can be used is for the CLI to say. */
function repoOf(args, { commandFolder }) {
  const at = args.findIndex((arg) => arg === '--repo' || arg.startsWith('--repo='));
  if (at < 0) return undefined;
  const path = args[at] === '--repo' ? args[at + 1] : args[at].slice('--repo='.length);
  return resolve(commandFolder, path ?? '');
}

/** Help and a preflight are the CLI's alone. Progress goes to standard error, because standard output is the answer. */
const answerWithoutPlatform = (cli, args) =>
  withSession({ title: 'YMERA · demo', json: true }, async (session) => {
    const node = await prepareMachine(session, { packages: ['git'] });
    await build(session, node);
    return session.runAttached(node.path, [...cli, ...args]);
  });

/**
 * The main job on a platform of its own. The journey itself is the CLI's: its exit code and its last line are ours.
 * Arguments that are wrong without any platform are answered before one is started.
 */
export async function run(args) {
  const cli = [inRepository('services', 'cli', 'dist', 'main.js'), 'demo'];
  if (hasFlag(args, '--help', '-h')) return answerWithoutPlatform(cli, args);
  const runner = runnerOptions(args);
  refuseMissingProgram(runner, repoOf(args, runner));
  if (hasFlag(args, '--preflight')) return answerWithoutPlatform(cli, args);
  const given = givenServers(process.env);
  const json = args.includes('--json');
  let isTold = false;

  const code = await withSession(
    { title: 'YMERA · demo: a sentence becomes a landed commit', json },
    async (session) => {
      process.stderr.write(sandboxWarning(runner));
      const node = await prepareMachine(session, { packages: platformPackages(runner, given) });
      await build(session, node);
      const refused = await session.runAttached(node.path, [...cli, '--refusals-only', ...args]);
      if (refused !== 0) return refused;

      const instance = openInstance('demo', { disposable: true });
      session.onClose(instance.release);
      const platform = await startPlatform(session, {
        instance,
        node,
        given,
        runner,
        poolSize: POOL_SIZE,
        env: platformEnvironment(args),
      });
      session.progress.note(`platform at ${platform.urls.gateway}, logs in ${platform.logs}`);
      isTold = true;
      return session.runAttached(node.path, [...cli, ...args], { env: journeyEnvironment(platform) });
    },
  );
  if (code !== INTERRUPTED && code !== TERMINATED) return code;
  if (json && !isTold) console.log(JSON.stringify(interrupted));
  return INTERRUPTED;
}

import { join, resolve } from 'node:path';
import { build, prepareMachine } from '../machine/prepare.mjs';
import { inRepository, stateRoot, ensureFolder } from '../paths.mjs';
import { openInstance } from '../platform/instance.mjs';
import { refuseMissingProgram } from '../platform/missing-program.mjs';
import { startPlatform } from '../platform/platform.mjs';
import { option, platformPackages, runnerOptions, sandboxWarning } from '../platform/runner-options.mjs';
import { givenServers } from '../servers/servers.mjs';
import { withSession } from '../session.mjs';

/**
 * @import { Platform } from '../platform/platform.mjs'
 * @import { RunnerOptions } from '../platform/runner-options.mjs'
 */

/** Small on purpose: the eight services of a demo would otherwise hold more connections than they use. */
const POOL_SIZE = 5;

/** A person is waiting: a command that hangs times out sooner than in a fleet. `--deadline` overrides it. */
const DEFAULT_TASK_TIMEOUT_S = '120';

/** Ctrl-C and SIGTERM end the demo in the same way. */
const EXIT_INTERRUPTED = 130;
const EXIT_TERMINATED = 143;

/** The last line for programs when the CLI, which prints it otherwise, was not reached. */
const interrupted = {
  state: 'canceled',
  error: { code: 'interrupted', message: 'Interrupted before the platform was ready.', retryable: true },
};

/** @param {Platform} platform */
function journeyEnvironment(platform) {
  return {
    ...process.env,
    INIT_CWD: process.env['INIT_CWD'] ?? process.cwd(),
    YMERA_URL: platform.gatewayUrl,
    YMERA_REQUESTER_TOKEN_FILE: platform.tokenFiles.requester,
    YMERA_APPROVER_TOKEN_FILE: platform.tokenFiles.approver,
    YMERA_ADMIN_TOKEN_FILE: platform.tokenFiles.admin,
    YMERA_DEMO_DIR: ensureFolder(join(stateRoot, 'demo')),
    YMERA_LOG_DIR: platform.logs,
  };
}

/** @param {readonly string[]} args */
function platformEnvironment(args) {
  const deadline =
    option(args, '--deadline') ?? process.env['YMERA_TASK_TIMEOUT_SECONDS'] ?? DEFAULT_TASK_TIMEOUT_S;
  return { ...process.env, YMERA_TASK_TIMEOUT_SECONDS: deadline };
}

/** The argument after one of these is its value, even when it looks like an option. */
const WITH_VALUE = [
  ...['--repo', '--sample', '--request', '--exec', '--test', '--bench', '--build'],
  ...['--pass-env', '--deadline'],
];

/**
 * @param {readonly string[]} args
 * @param {string[]} flags
 */
const hasFlag = (args, ...flags) =>
  args.some((arg, at) => flags.includes(arg) && !WITH_VALUE.includes(args[at - 1] ?? ''));

/**
 * The path of `--repo`; the CLI decides whether it can be used.
 * @param {readonly string[]} args
 * @param {RunnerOptions} runner
 */
function repoOf(args, { commandFolder }) {
  const at = args.findIndex((arg) => arg === '--repo' || arg.startsWith('--repo='));
  const found = args[at];
  if (found === undefined) return undefined;
  const path = found === '--repo' ? args[at + 1] : found.slice('--repo='.length);
  return resolve(commandFolder, path ?? '');
}

/**
 * Help and preflight need the CLI alone. Progress goes to standard error, because standard output is the answer.
 * @param {readonly string[]} cli
 * @param {readonly string[]} args
 */
const answerWithoutPlatform = (cli, args) =>
  withSession({ title: 'YMERA · demo', json: true }, async (session) => {
    const node = await prepareMachine(session, { packages: ['git'] });
    await build(session, node);
    return session.runAttached(node.path, [...cli, ...args]);
  });

/**
 * Starts a platform and the CLI's demo on it; the exit code and the last line are the CLI's.
 * Arguments that are invalid on any platform are refused before one is started.
 * @param {string[]} args
 */
export async function run(args) {
  const cli = [inRepository('services', 'cli', 'dist', 'main.js'), 'demo'];
  if (hasFlag(args, '--help', '-h')) return answerWithoutPlatform(cli, args);
  const runner = runnerOptions(args);
  refuseMissingProgram(runner, repoOf(args, runner));
  if (hasFlag(args, '--preflight')) return answerWithoutPlatform(cli, args);
  const given = givenServers(process.env);
  const json = args.includes('--json');
  let cliReached = false;

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
      session.progress.note(`platform at ${platform.gatewayUrl}, logs in ${platform.logs}`);
      cliReached = true;
      return session.runAttached(node.path, [...cli, ...args], { env: journeyEnvironment(platform) });
    },
  );
  if (code !== EXIT_INTERRUPTED && code !== EXIT_TERMINATED) return code;
  if (json && !cliReached) console.log(JSON.stringify(interrupted));
  return EXIT_INTERRUPTED;
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const timeoutMs = 60_000;

/** Settings that override those of the repository, its includes and its worktree. */
export type GitSettings = readonly (readonly [key: string, value: string])[];

/** The account that git runs as, where that is not ours; only root can choose it. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The first line of git's own error. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

/**
 * A repository can name programs, which would run with our rights as soon as we read it or fetch into it, and
 * `safe.directory` removes git's own protection against that. These settings disable all programs that our commands could
 * start; filter drivers have names of the repository's choice and are added where files are read (`filterSettings`).
 */
const closed: GitSettings = [
  ['safe.directory', '*'],
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.sshCommand', 'false'],
  ['core.gitProxy', ''],
  ['core.askPass', ''],
  ['credential.helper', ''],
  // Executed by the shell; without a value git would execute the path that is given to it.
  ['core.alternateRefsCommand', 'true'],
  ['diff.external', ''],
  ['commit.gpgSign', 'false'],
  ['maintenance.auto', 'false'],
  ['gc.auto', '0'],
  ['submodule.recurse', 'false'],
  ['fetch.recurseSubmodules', 'false'],
];

/** The person’s own configuration, hooks and variables do not affect git commands of the demo. */
function environment(settings: GitSettings): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const all = [...closed, ...settings];
  return {
    ...kept,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: `${all.length}`,
    ...Object.fromEntries(
      all.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    // A partial clone would fetch missing objects from an address, and by a program, of its own choice.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'file',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
}

/** Standard output without its last line end; rejects with a `GitError`. */
export const git = (directory: string, ...args: readonly string[]): Promise<string> =>
  gitWith([], directory, ...args);

export async function gitWith(
  settings: GitSettings,
  directory: string,
  ...args: readonly string[]
): Promise<string> {
  return start(['-C', directory, ...args], environment(settings));
}

/** Files that git writes belong to the account. */
export const gitAs = (account: Account, directory: string, ...args: readonly string[]): Promise<string> =>
  start(['-C', directory, ...args], { ...environment([]), HOME: '/nonexistent' }, account);

/**
 * The file of patterns that this person ignores in all repositories, by their own configuration. The default place needs no
 * setting: git reads it by itself.
 */
export async function personalExcludes(): Promise<string | undefined> {
  const asked = ['config', '--global', '--includes', '--type=path', '--get', 'core.excludesFile'];
  // Read outside of any repository, so that none affects it.
  const path = await start(['-C', '/', ...asked], process.env).catch(() => '');
  return path === '' ? undefined : path;
}

async function start(args: readonly string[], env: NodeJS.ProcessEnv, account?: Account): Promise<string> {
  // Another account may be unable to enter our working directory.
  const as = account === undefined ? {} : { ...account, cwd: '/' };
  try {
    const { stdout } = await run('git', args, { ...as, env, timeout: timeoutMs, maxBuffer: 16_777_216 });
    return stdout.replace(/\n$/, '');
  } catch (error) {
    throw new GitError(firstLine(error), { cause: error });
  }
}

function firstLine(error: unknown): string {
  const { killed, stderr, message } = error as Error & { killed?: boolean; stderr?: string };
  if (killed) return `git did not end within ${timeoutMs / 1000} s`;
  return (stderr?.trim() || message).split('\n', 1)[0] ?? '';
}

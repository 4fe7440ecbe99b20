import {
  endOf,
  gitEnvironment,
  hardening,
  runGit,
  settingsEnvironment,
  withoutHooks,
  type Account,
  type GitSettings,
} from '@ymera/git';

/** The first line of git's own error. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

/**
 * A repository can name programs, which would run with our rights as soon as we read it or fetch into it. Beside what
 * `hardening` has, these settings disable all programs that our commands could start; filter drivers have names of the
 * repository's choice and are added where files are read (`filterSettings`).
 */
const closed: GitSettings = [
  ...hardening,
  withoutHooks,
  ['core.sshCommand', 'false'],
  ['core.gitProxy', ''],
  // Executed by the shell; without a value git would execute the path that is given to it.
  ['core.alternateRefsCommand', 'true'],
  ['diff.external', ''],
];

/** The person’s own configuration, hooks and variables do not affect git commands of the demo. */
function environment(settings: GitSettings): Record<string, string> {
  const { PATH = '', HOME = '/nonexistent', ...others } = personalEnvironment();
  const kept = Object.entries(others).filter(([name]) => !name.startsWith('GIT_'));
  return {
    ...Object.fromEntries(kept),
    ...gitEnvironment({ path: PATH, home: HOME }),
    ...settingsEnvironment([...closed, ...settings]),
    GIT_ALLOW_PROTOCOL: 'file',
  };
}

const personalEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

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
  const path = await start(['-C', '/', ...asked], personalEnvironment()).catch(() => '');
  return path === '' ? undefined : path;
}

async function start(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  account?: Account,
): Promise<string> {
  // Another account may be unable to enter our working directory.
  const as = account === undefined ? { cwd: process.cwd() } : { account, cwd: '/' };
  const { end, stdout, stderr } = await runGit(args, { ...as, env }).catch((error: Error) => {
    throw new GitError(firstLine(error.message), { cause: error });
  });
  if (end.kind === 'exited' && end.code === 0) return stdout.toString('utf8').replace(/\n$/, '');
  throw new GitError(firstLine(stderr) || `git ${args[2] ?? ''}: ${endOf(end)}`);
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0] ?? '';

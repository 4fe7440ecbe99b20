import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import {
  configText,
  endOf,
  gitEnvironment,
  hardening,
  runGit,
  settingsEnvironment,
  withoutHooks,
  type ProcessEnd,
} from '@ymera/git';
import { injectTrace, withSpan } from '@ymera/observability';

export interface GitOptions {
  /** Read by git instead of the user's configuration. */
  readonly configFile: string;
  readonly gitFolder: string;
  readonly workTree?: string;
  readonly indexFile?: string;
  /** Sent to the server of a fetch, by environment: arguments are visible to every user of the host. */
  readonly authorization?: string;
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** On standard input. */
  readonly input?: string;
  /** Variables of git beside those that the other options set. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface GitOutput {
  readonly ok: boolean;
  readonly stdout: Buffer;
  /** The end of git's error output, for people. */
  readonly complaint: string;
  readonly isTooLong: boolean;
}

/**
 * The required content of `configFile`: no setting of the repository or the host may make git run a program. Names are bytes
 * for git: quoted names that are not UTF-8 survive in a text patch; lists of names are read with `-z`.
 */
export const gitConfiguration = configText([
  ...hardening,
  withoutHooks,
  ['core.autocrlf', 'false'],
  ['core.quotePath', 'true'],
  ['init.defaultBranch', 'main'],
  ['fetch.unpackLimit', '1'],
  ['advice.addEmbeddedRepo', 'false'],
  ['advice.detachedHead', 'false'],
]);

const hasLongNames = (commit: string) => commit.length === 64;

/** Creates a repository for the commit's hash algorithm: repositories cannot mix algorithms. */
export const initFor = (commit: string, gitFolder: string): readonly string[] => [
  ...['init', '--quiet', '--bare', `--object-format=${hasLongNames(commit) ? 'sha256' : 'sha1'}`],
  gitFolder,
];

/** The beginning of the configuration of a repository with that commit; `core` stays open. */
export const formatOf = (commit: string): string =>
  hasLongNames(commit)
    ? '[extensions]\n\tobjectFormat = sha256\n[core]\n\trepositoryformatversion = 1\n'
    : '[core]\n\trepositoryformatversion = 0\n';

/** System git on a repository of ours, in a span; never rejects. */
export async function git(args: readonly string[], options: GitOptions): Promise<GitOutput> {
  const stdout: Buffer[] = [];
  const output = await run(args, options, async (chunk) => void stdout.push(chunk));
  return { ...output, stdout: Buffer.concat(stdout) };
}

export interface GitFileOutput extends Omit<GitOutput, 'stdout'> {
  readonly sizeBytes: number;
  /** SHA-256 of what is in the file, in hexadecimal digits. */
  readonly digest: string;
}

/** The same with standard output in a file, for what is too large for memory. At `maxBytes` git is ended. */
export async function gitToFile(
  args: readonly string[],
  options: GitOptions,
  path: string,
): Promise<GitFileOutput> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const file = await open(path, 'w').catch((error: Error) => error);
  if (file instanceof Error)
    return { ok: false, complaint: file.message, isTooLong: false, sizeBytes: 0, digest: '' };
  try {
    const output = await run(args, options, async (chunk) => {
      sizeBytes += chunk.length;
      hash.update(chunk);
      await file.writeFile(chunk);
    });
    return { ...output, sizeBytes, digest: hash.digest('hex') };
  } finally {
    await file.close();
  }
}

const run = (
  args: readonly string[],
  options: GitOptions,
  onOutput: (chunk: Buffer) => Promise<void>,
): Promise<Omit<GitOutput, 'stdout'>> =>
  withSpan(`git ${args[0]}`, { attributes: { 'process.executable.name': 'git' } }, async (span) => {
    const { signal, timeoutMs, maxBytes, input } = options;
    const { end, stderr } = await runGit(args, {
      env: environment(options),
      cwd: options.workTree ?? '/',
      onOutput,
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(maxBytes === undefined ? {} : { maxOutputBytes: maxBytes }),
      ...(input === undefined ? {} : { input }),
    }).catch((error: Error) => ({ end: notStarted(error), stderr: '' }));
    const ok = end.kind === 'exited' && end.code === 0;
    span.setAttribute('ymera.ok', ok);
    const complaint = (stderr.trim() || (ok ? '' : `git ${args[0]}: ${endOf(end)}`)).slice(-500);
    return { ok, complaint, isTooLong: end.kind === 'too_much_output' };
  });

const notStarted = ({ message }: Error): ProcessEnd => ({ kind: 'output_refused', message });

const environment = (options: GitOptions): Record<string, string> => ({
  ...gitEnvironment({
    path: '/usr/local/bin:/usr/bin:/bin',
    home: '/nonexistent',
    configFile: options.configFile,
    locale: 'C.UTF-8',
  }),
  GIT_LFS_SKIP_SMUDGE: '1',
  GIT_DIR: options.gitFolder,
  ...(options.workTree === undefined ? {} : { GIT_WORK_TREE: options.workTree }),
  ...(options.indexFile === undefined ? {} : { GIT_INDEX_FILE: options.indexFile }),
  ...(options.authorization === undefined ? {} : extraHeaders(options.authorization)),
  ...options.environment,
});

/** Who asks, and in which trace. */
const extraHeaders = (authorization: string): Readonly<Record<string, string>> =>
  settingsEnvironment(
    [['Authorization', authorization], ...Object.entries(injectTrace({}))].map(
      ([name, value]) => ['http.extraHeader', `${name}: ${value}`] as const,
    ),
  );

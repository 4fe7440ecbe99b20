import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
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
  /** The last of what git complained, for people. */
  readonly complaint: string;
  readonly isTooLong: boolean;
}

/**
 * What `configFile` must hold: nothing of the repository's or the host's may make git run a program. Names are bytes to
 * git: quoted, those that are no UTF-8 come through a patch that is a text; lists of names are asked for with `-z`.
 */
export const gitConfiguration = [
  '[safe]\n\tdirectory = *',
  '[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n\tautocrlf = false\n\tquotePath = true',
  '[init]\n\tdefaultBranch = main\n\ttemplateDir =',
  '[gc]\n\tauto = 0',
  '[fetch]\n\tunpackLimit = 1',
  '[maintenance]\n\tauto = false',
  '[submodule]\n\trecurse = false',
  '[protocol "ext"]\n\tallow = never',
  '[advice]\n\taddEmbeddedRepo = false\n\tdetachedHead = false',
  '',
].join('\n');

const hasLongNames = (commit: string) => commit.length === 64;

/** Makes a repository that can take the commit: names of one kind cannot be in a repository of the other. */
export const initFor = (commit: string, gitFolder: string): readonly string[] => [
  ...['init', '--quiet', '--bare', `--object-format=${hasLongNames(commit) ? 'sha256' : 'sha1'}`],
  gitFolder,
];

/** How the configuration of a repository with that commit begins; `core` is left open. */
export const formatOf = (commit: string): string =>
  hasLongNames(commit)
    ? '[extensions]\n\tobjectFormat = sha256\n[core]\n\trepositoryformatversion = 1\n'
    : '[core]\n\trepositoryformatversion = 0\n';

const defaultTimeoutMs = 60_000;
const defaultMaximumBytes = 16_777_216;

/** System git on a repository of ours, in a span; never rejects. */
export const git = (args: readonly string[], options: GitOptions): Promise<GitOutput> =>
  withSpan(`git ${args[0]}`, { attributes: { 'process.executable.name': 'git' } }, async (span) => {
    const output = await execute(args, options);
    span.setAttribute('ymera.ok', output.ok);
    return output;
  });

function execute(args: readonly string[], options: GitOptions): Promise<GitOutput> {
  return new Promise((resolve) => {
    const child = execFile(
      'git',
      args,
      {
        encoding: 'buffer',
        env: environment(options),
        cwd: options.workTree ?? '/',
        maxBuffer: options.maxBytes ?? defaultMaximumBytes,
        timeout: options.timeoutMs ?? defaultTimeoutMs,
        killSignal: 'SIGKILL',
        ...(options.signal ? { signal: options.signal } : {}),
      },
      (error, stdout, stderr) => {
        resolve({
          ok: error === null,
          stdout,
          complaint: (stderr.toString('utf8').trim() || (error?.message ?? '')).slice(-500),
          isTooLong: error?.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER',
        });
      },
    );
    if (options.input === undefined) return;
    // git may end, and complain, before it has read all.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input);
  });
}

export interface GitFileOutput extends Omit<GitOutput, 'stdout'> {
  readonly sizeBytes: number;
  /** SHA-256 of what is in the file, in hexadecimal digits. */
  readonly digest: string;
}

/** The same with standard output in a file, for what is too large for memory. At `maxBytes` git is ended. */
export const gitToFile = (
  args: readonly string[],
  options: GitOptions,
  file: string,
): Promise<GitFileOutput> =>
  withSpan(`git ${args[0]}`, { attributes: { 'process.executable.name': 'git' } }, async (span) => {
    const output = await executeToFile(args, options, file);
    span.setAttribute('ymera.ok', output.ok);
    return output;
  });

async function executeToFile(
  args: readonly string[],
  options: GitOptions,
  file: string,
): Promise<GitFileOutput> {
  const maxBytes = options.maxBytes ?? defaultMaximumBytes;
  const child = spawn('git', args, {
    env: environment(options),
    cwd: options.workTree ?? '/',
    timeout: options.timeoutMs ?? defaultTimeoutMs,
    killSignal: 'SIGKILL',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.signal ? { signal: options.signal } : {}),
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-500)));
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', (error) => (complaint ||= error.message));
    child.on('close', resolve);
  });
  const hash = createHash('sha256');
  let sizeBytes = 0;
  const measured = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) return;
      hash.update(chunk);
      yield chunk;
    }
  };
  const written = await pipeline(child.stdout, measured, createWriteStream(file)).then(
    () => true,
    (error: unknown) => {
      complaint ||= error instanceof Error ? error.message : 'the file could not be written';
      return false;
    },
  );
  const isTooLong = sizeBytes > maxBytes;
  if (isTooLong || !written) child.kill('SIGKILL');
  const code = await ended;
  return {
    ok: code === 0 && written && !isTooLong,
    complaint: complaint.trim(),
    isTooLong,
    sizeBytes,
    digest: hash.digest('hex'),
  };
}

function environment(options: GitOptions): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C.UTF-8',
    HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: options.configFile,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_DIR: options.gitFolder,
    ...(options.workTree === undefined ? {} : { GIT_WORK_TREE: options.workTree }),
    ...(options.indexFile === undefined ? {} : { GIT_INDEX_FILE: options.indexFile }),
    ...(options.authorization === undefined ? {} : extraHeaders(options.authorization)),
    ...options.environment,
  };
}

/** Who asks, and in which trace. */
function extraHeaders(authorization: string): Record<string, string> {
  const headers = [
    `Authorization: ${authorization}`,
    ...Object.entries(injectTrace({})).map(([name, value]) => `${name}: ${value}`),
  ];
  return Object.assign(
    { GIT_CONFIG_COUNT: String(headers.length) },
    ...headers.map((header, index) => ({
      [`GIT_CONFIG_KEY_${index}`]: 'http.extraHeader',
      [`GIT_CONFIG_VALUE_${index}`]: header,
    })),
  ) as Record<string, string>;
}

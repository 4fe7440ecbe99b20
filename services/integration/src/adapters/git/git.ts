import { failure, FailureException } from '@ymera/kernel';
import { withSpan } from '@ymera/observability';
import type { GitEnvironment } from './git-environment';
import { runProcess, type ProcessRequest, type ProcessResult } from './run-process';

export interface GitOptions {
  /** The bare repository; commands such as `init` have none. */
  readonly repository?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `key=value`, for this git alone: a git that it starts for another repository does not inherit it. */
  readonly settings?: readonly string[];
  readonly input?: string | Buffer;
  /** Exit codes that are answers; default only 0. */
  readonly accept?: readonly number[];
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  /** Output beyond `maxOutputBytes` is cut off instead of being an error. */
  readonly truncate?: boolean;
  /** Address space of git, for commands that read what a stranger wrote. */
  readonly memoryBytes?: number;
}

export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly isTruncated: boolean;
}

/** git ended in a way that its caller did not expect. The message may quote git, so it is for the log only. */
export class GitError extends Error {
  override readonly name = 'GitError';

  constructor(
    readonly subcommand: string,
    readonly end: ProcessResult['end'],
    readonly stderr: string,
  ) {
    super(`git ${subcommand}: ${JSON.stringify(end)}: ${stderr.trim()}`);
  }
}

/** When a git is killed whose caller says nothing else. */
export const gitTimeoutMs = 30_000;
const defaultOutputBytes = 16 * 1024 * 1024;
const minGitVersion = [2, 39] as const;

/** The system's git: argument vectors, a private environment, bounded time, output and, on demand, memory. */
export class Git {
  constructor(
    private readonly environment: GitEnvironment,
    private readonly directory: string,
  ) {}

  async run(args: readonly string[], options: GitOptions = {}): Promise<GitAnswer> {
    const subcommand = args[0] ?? '';
    return withSpan(`git ${subcommand}`, { attributes: { 'process.command': 'git' } }, async () => {
      const { end, stdout, stderr } = await runProcess(this.request(args, options));
      if (end.kind === 'too_much_output' && options.truncate === true)
        return { code: 0, stdout, stderr, isTruncated: true };
      if (end.kind === 'timed_out')
        throw new FailureException(
          failure('timeout', 'git_timeout', `git ${subcommand} did not end in time.`),
          { cause: new GitError(subcommand, end, stderr) },
        );
      if (end.kind !== 'exited' || !(options.accept ?? [0]).includes(end.code))
        throw new GitError(subcommand, end, stderr);
      return { code: end.code, stdout, stderr, isTruncated: false };
    });
  }

  /** Standard output without its last line end. */
  async text(args: readonly string[], options: GitOptions = {}): Promise<string> {
    const { stdout } = await this.run(args, options);
    return stdout.toString('utf8').replace(/\n$/, '');
  }

  /** How to start git oneself, for what streams. */
  spawnParameters(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return { command: 'git', args, env: { ...this.environment, ...env }, cwd: this.directory };
  }

  /** Throws when there is no git, or one too old. */
  async assertVersion(): Promise<void> {
    const [major, minor] = minGitVersion;
    const found = /(\d+)\.(\d+)/.exec(await this.text(['version']));
    const [, foundMajor = '0', foundMinor = '0'] = found ?? [];
    const isNewEnough =
      Number(foundMajor) > major || (Number(foundMajor) === major && Number(foundMinor) >= minor);
    if (!isNewEnough)
      throw new Error(`git ${major}.${minor} or newer is needed, found ${foundMajor}.${foundMinor}`);
  }

  private request(args: readonly string[], options: GitOptions): ProcessRequest {
    const located = [
      ...(options.repository === undefined ? [] : [`--git-dir=${options.repository}`]),
      ...(options.settings ?? []).flatMap((setting) => ['-c', setting]),
    ];
    return {
      ...withMemoryLimit(this.spawnParameters([...located, ...args], options.env), options.memoryBytes),
      timeoutMs: options.timeoutMs ?? gitTimeoutMs,
      maxOutputBytes: options.maxOutputBytes ?? defaultOutputBytes,
      ...(options.input === undefined ? {} : { input: options.input }),
    };
  }
}

type Spawn = Pick<ProcessRequest, 'command' | 'args' | 'env' | 'cwd'>;

/** Node cannot set resource limits, the shell's own `ulimit` can; the script is fixed and git's arguments stay arguments. */
function withMemoryLimit(spawn: Spawn, memoryBytes: number | undefined): Spawn {
  if (memoryBytes === undefined) return spawn;
  const script = 'ulimit -v "$1" 2>/dev/null; shift; exec "$@"';
  const kibibytes = String(Math.ceil(memoryBytes / 1024));
  return {
    ...spawn,
    command: '/bin/sh',
    args: ['-c', script, 'sh', kibibytes, spawn.command, ...spawn.args],
  };
}

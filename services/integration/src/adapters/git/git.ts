import { failure, FailureException } from '@ymera/kernel';
import { withSpan } from '@ymera/observability';
import { gitCommand, runGit, type GitEnvironment, type GitSettings, type ProcessEnd } from '@ymera/git';

export interface GitOptions {
  /** The bare repository; commands such as `init` have none. */
  readonly repository?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** For this git alone: a git that it starts for another repository does not inherit them. */
  readonly settings?: GitSettings;
  readonly input?: string | Buffer;
  /** Exit codes that are valid results; default only 0. */
  readonly accept?: readonly number[];
  readonly timeoutMs?: number;
  readonly maxOutputBytes?: number;
  /** Output beyond `maxOutputBytes` is truncated instead of being an error. */
  readonly truncate?: boolean;
  /** Maximum address space of git, for commands that read untrusted input. */
  readonly memoryBytes?: number;
}

export interface GitAnswer {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly isTruncated: boolean;
}

/** git ended unexpectedly. The message may quote git, so it is for the log only. */
export class GitError extends Error {
  override readonly name = 'GitError';

  constructor(
    readonly subcommand: string,
    readonly end: ProcessEnd,
    readonly stderr: string,
  ) {
    super(`git ${subcommand}: ${JSON.stringify(end)}: ${stderr.trim()}`);
  }
}

/** Default timeout of a git process. */
export const gitTimeoutMs = 30_000;
const minGitVersion = [2, 39] as const;

/** The system's git: argument vectors, an isolated environment, limits on time, output and, on demand, memory. */
export class Git {
  constructor(
    private readonly environment: GitEnvironment,
    private readonly directory: string,
  ) {}

  async run(args: readonly string[], options: GitOptions = {}): Promise<GitAnswer> {
    const subcommand = args[0] ?? '';
    return withSpan(`git ${subcommand}`, { attributes: { 'process.command': 'git' } }, async () => {
      const { end, stdout, stderr } = await this.start(args, options);
      if (end.kind === 'too_much_output' && options.truncate === true)
        return { code: 0, stdout, stderr, isTruncated: true };
      if (end.kind === 'timed_out')
        throw new FailureException(failure('timeout', 'git_timeout', `git ${subcommand} timed out.`), {
          cause: new GitError(subcommand, end, stderr),
        });
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

  /** Start parameters for callers that stream git's output. */
  spawnParameters(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return { ...gitCommand(args), env: { ...this.environment, ...env }, cwd: this.directory };
  }

  /** Throws when git is missing or too old. */
  async assertVersion(): Promise<void> {
    const [major, minor] = minGitVersion;
    const found = /(\d+)\.(\d+)/.exec(await this.text(['version']));
    const [, foundMajor = '0', foundMinor = '0'] = found ?? [];
    const isNewEnough =
      Number(foundMajor) > major || (Number(foundMajor) === major && Number(foundMinor) >= minor);
    if (!isNewEnough)
      throw new Error(`Requires git ${major}.${minor} or newer, found ${foundMajor}.${foundMinor}.`);
  }

  private start(args: readonly string[], options: GitOptions) {
    const { repository, env, settings, input, timeoutMs, maxOutputBytes, memoryBytes } = options;
    const located = repository === undefined ? args : [`--git-dir=${repository}`, ...args];
    return runGit(located, {
      cwd: this.directory,
      env: { ...this.environment, ...env },
      timeoutMs: timeoutMs ?? gitTimeoutMs,
      ...(settings === undefined ? {} : { settings }),
      ...(input === undefined ? {} : { input }),
      ...(maxOutputBytes === undefined ? {} : { maxOutputBytes }),
      ...(memoryBytes === undefined ? {} : { maxMemoryBytes: memoryBytes }),
    });
  }
}

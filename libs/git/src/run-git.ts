import type { GitEnvironment, GitSettings } from './git-environment';
import { runProcess, type ProcessRequest, type ProcessResult } from './run-process';

export interface GitRunOptions extends Omit<
  ProcessRequest,
  'command' | 'args' | 'env' | 'timeoutMs' | 'maxOutputBytes'
> {
  /** The whole environment; see `gitEnvironment`. */
  readonly env: GitEnvironment;
  /** For this git alone: a git that it starts for another repository does not inherit them. */
  readonly settings?: GitSettings;
  /** Default 60 s. */
  readonly timeoutMs?: number;
  /** Default 16 MiB. */
  readonly maxOutputBytes?: number;
  /** Address space of git, for commands that read what a stranger wrote; default unlimited. */
  readonly maxMemoryBytes?: number;
}

const defaultTimeoutMs = 60_000;
const defaultMaxOutputBytes = 16 * 1024 * 1024;

/** Runs the system's git to its end. Rejects only when it cannot be started. */
export function runGit(args: readonly string[], options: GitRunOptions): Promise<ProcessResult> {
  const { settings, maxMemoryBytes, ...request } = options;
  return runProcess({
    timeoutMs: defaultTimeoutMs,
    maxOutputBytes: defaultMaxOutputBytes,
    ...request,
    ...gitCommand(args, settings, maxMemoryBytes),
  });
}

/** What `runGit` starts, for callers that stream both ways. */
export function gitCommand(
  args: readonly string[],
  settings: GitSettings = [],
  maxMemoryBytes?: number,
): Pick<ProcessRequest, 'command' | 'args'> {
  const all = [...settings.flatMap(([key, value]) => ['-c', `${key}=${value}`]), ...args];
  if (maxMemoryBytes === undefined) return { command: 'git', args: all };
  // Node cannot set resource limits; the shell's `ulimit` can. The script is fixed, and git's arguments stay arguments.
  const script = 'ulimit -v "$1" 2>/dev/null; shift; exec "$@"';
  const kibibytes = String(Math.ceil(maxMemoryBytes / 1024));
  return { command: '/bin/sh', args: ['-c', script, 'sh', kibibytes, 'git', ...all] };
}

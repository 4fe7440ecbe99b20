import { spawn } from 'node:child_process';

export interface ProcessRequest {
  readonly command: string;
  /** Passed as they are: no shell ever reads them. */
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly input?: string | Buffer;
  readonly timeoutMs: number;
  /** Bytes of standard output that are kept; the process is killed at more. */
  readonly maxOutputBytes: number;
}

export interface ProcessResult {
  readonly end:
    | { readonly kind: 'exited'; readonly code: number }
    | { readonly kind: 'killed'; readonly signal: string }
    | { readonly kind: 'timed_out' }
    /** `stdout` holds the first `maxOutputBytes`. */
    | { readonly kind: 'too_much_output' };
  readonly stdout: Buffer;
  /** The first 16 KiB. */
  readonly stderr: string;
}

const maxErrorBytes = 16_384;

/** Kills the process and everything it started; a group that is gone already is no error. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended between our decision and the signal.
  }
}

/** Runs one process to its end, in a process group of its own, within bounds. Rejects only when it cannot be started. */
export function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(request.command, [...request.args], {
      cwd: request.cwd,
      env: { ...request.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let kept = 0;
    let keptErrors = 0;
    let stopped: 'timed_out' | 'too_much_output' | undefined;

    const stop = (why: 'timed_out' | 'too_much_output'): void => {
      stopped ??= why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => stop('timed_out'), request.timeoutMs);

    child.stdout.on('data', (chunk: Buffer) => {
      const room = request.maxOutputBytes - kept;
      if (room > 0) stdout.push(chunk.subarray(0, room));
      kept += chunk.length;
      if (kept > request.maxOutputBytes) stop('too_much_output');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      const room = maxErrorBytes - keptErrors;
      if (room > 0) stderr.push(chunk.subarray(0, room));
      keptErrors += chunk.length;
    });
    // A process that ends without reading its input closes the pipe; its exit code says what was wrong.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({
        end: stopped
          ? { kind: stopped }
          : code === null
            ? { kind: 'killed', signal: signal ?? 'unknown' }
            : { kind: 'exited', code },
        stdout: Buffer.concat(stdout),
        stderr: Buffer.concat(stderr).toString('utf8'),
      });
    });
    child.stdin.end(request.input);
  });
}

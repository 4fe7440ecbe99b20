import { spawn } from 'node:child_process';

/** Whom a process runs as, where that is not us; only root can ask for it. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface ProcessRequest {
  readonly command: string;
  /** Passed as they are: no shell reads them. */
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly account?: Account;
  readonly input?: string | Buffer;
  readonly timeoutMs: number;
  /** Bytes of standard output that are kept; the process is killed at more. */
  readonly maxOutputBytes: number;
  /** Gets standard output instead of the result; the process waits for it. */
  readonly onOutput?: (chunk: Buffer) => Promise<void>;
  /** Ends the process. */
  readonly signal?: AbortSignal;
}

export type ProcessEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: string }
  | { readonly kind: 'timed_out' }
  /** Its first `maxOutputBytes` are kept. */
  | { readonly kind: 'too_much_output' }
  | { readonly kind: 'canceled' }
  /** `onOutput` rejected. */
  | { readonly kind: 'output_refused'; readonly message: string };

export interface ProcessResult {
  readonly end: ProcessEnd;
  /** Empty with `onOutput`. */
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
export async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const { signal } = request;
  const child = spawn(request.command, [...request.args], {
    ...request.account,
    cwd: request.cwd,
    env: { ...request.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let stopped: ProcessEnd | undefined;
  const stop = (end: ProcessEnd): void => {
    stopped ??= end;
    killGroup(child.pid);
  };
  const cancel = (): void => stop({ kind: 'canceled' });
  const timer = setTimeout(() => stop({ kind: 'timed_out' }), request.timeoutMs);
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();

  const ended = new Promise<ProcessEnd>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, killedBy) =>
      resolve(code === null ? { kind: 'killed', signal: killedBy ?? 'unknown' } : { kind: 'exited', code }),
    );
  });
  const stdout: Buffer[] = [];
  const keep = request.onOutput ?? (async (chunk: Buffer) => void stdout.push(chunk));
  const passOn = async (): Promise<void> => {
    let room = request.maxOutputBytes;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      // What comes after a stop is read and dropped, so that the process can end.
      if (stopped) continue;
      const kept = chunk.subarray(0, room);
      room -= kept.length;
      if (kept.length > 0)
        await keep(kept).catch((error: unknown) => stop({ kind: 'output_refused', message: String(error) }));
      if (kept.length < chunk.length) stop({ kind: 'too_much_output' });
    }
  };
  const stderr: Buffer[] = [];
  let errorRoom = maxErrorBytes;
  child.stderr.on('data', (chunk: Buffer) => {
    if (errorRoom > 0) stderr.push(chunk.subarray(0, errorRoom));
    errorRoom -= chunk.length;
  });
  // A process that ends without reading its input closes the pipe; its exit code says what was wrong.
  child.stdin.on('error', () => undefined);
  child.stdin.end(request.input);
  try {
    const passedOn = passOn();
    // Without a process its output fails too; why it could not be started says more.
    passedOn.catch(() => undefined);
    const end = await ended;
    await passedOn;
    return {
      end: stopped ?? end,
      stdout: Buffer.concat(stdout),
      stderr: Buffer.concat(stderr).toString('utf8'),
    };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', cancel);
  }
}

/** How a process ended, for a log or an error. */
export function endOf(end: ProcessEnd): string {
  switch (end.kind) {
    case 'exited':
      return `exit code ${end.code}`;
    case 'killed':
      return `killed by ${end.signal}`;
    case 'output_refused':
      return end.message;
    default:
      return end.kind.replaceAll('_', ' ');
  }
}

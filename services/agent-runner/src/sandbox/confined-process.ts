import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { BoundedOutput } from './bounded-output';
import { watchGrowth } from './disk-watch';
import { processesWith, processTree, usageOf } from './process-tree';
import type { ProcessUsage, SandboxEnd, SandboxLimits } from './sandbox';

export interface ConfinedProcess {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: string;
  /** Read by it on descriptor 4: data that must not be among its arguments, which every user of the host may see. */
  readonly privateInput?: string;
  readonly timeoutMs: number;
  readonly limits: SandboxLimits;
  /** Folders on the disk that it may write to. */
  readonly written: readonly string[];
  readonly usageIntervalMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onOutput: ((stream: 'stdout' | 'stderr', chunk: string) => void) | undefined;
  readonly onUsage: ((usage: ProcessUsage) => void) | undefined;
  /** The signal of a stop: one that a supervisor handles, and another one when its report is not needed. */
  readonly stopSignals: { readonly canceled: NodeJS.Signals; readonly other: NodeJS.Signals };
  /** Without a pid namespace: text in the environment of every process of this run, to find those that left the group. */
  readonly marker?: string;
}

export interface ConfinedEnd {
  readonly end: SandboxEnd;
  readonly exitCode: number | null;
  readonly stdout: BoundedOutput;
  readonly stderr: BoundedOutput;
  /** The supervisor's report from file descriptor 3. */
  readonly report: string;
  readonly durationMs: number;
  readonly peakRssMb: number;
  readonly cpuMs: number;
  /** The reason why it could not start, or the limit that it exceeded. */
  readonly reason?: string;
}

/** Time after the first stop signal; together they stay well under the second that a cancel may take. */
const killAfterMs = 600;
const reportBytes = 131_072;
/** How long the pipes may stay open after the command itself has ended. */
const drainMs = 1_000;

/** Runs one process in its own group to its end, whichever end comes first; never rejects. */
export async function runConfined(process_: ConfinedProcess): Promise<ConfinedEnd> {
  const { workspaceMb, memoryMb } = process_.limits;
  const disk = await watchGrowth(process_.written, workspaceMb, () => stop('disk_exceeded'));
  const started = performance.now();
  const stdout = new BoundedOutput(process_.limits.outputBytes, (chunk) =>
    process_.onOutput?.('stdout', chunk),
  );
  const stderr = new BoundedOutput(process_.limits.outputBytes, (chunk) =>
    process_.onOutput?.('stderr', chunk),
  );
  const report = new BoundedOutput(reportBytes);
  const [file = '', ...args] = process_.argv;
  const child = spawn(file, args, {
    cwd: process_.cwd,
    env: { ...process_.environment },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const pid = child.pid;

  let end = 'exited' as SandboxEnd;
  let peakRssMb = 0;
  let cpuMs = 0;
  let killTimer: NodeJS.Timeout | undefined;
  let drainTimer: NodeJS.Timeout | undefined;

  const stop = (why: SandboxEnd) => {
    if (end !== 'exited' || pid === undefined) return;
    end = why;
    const signal = why === 'canceled' ? process_.stopSignals.canceled : process_.stopSignals.other;
    signalProcess(pid, signal);
    killTimer = setTimeout(() => killTree(pid, process_.marker), signal === 'SIGKILL' ? 0 : killAfterMs);
  };
  const measure = () => {
    if (pid === undefined) return;
    const usage = usageOf(pid, process_.usageIntervalMs);
    if (usage.processes === 0) return;
    peakRssMb = Math.max(peakRssMb, usage.rssMb);
    cpuMs = Math.max(cpuMs, usage.cpuMs);
    process_.onUsage?.(usage);
    if (usage.rssMb > memoryMb) stop('memory_exceeded');
  };
  const onAbort = () => stop('canceled');

  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  (child.stdio[3] as Readable).on('data', (chunk: Buffer) => report.push(chunk));
  // A command may end, or close its input, before it has read the task: this is no error.
  for (const [stream, text] of [
    [child.stdin, process_.stdin],
    [child.stdio[4] as Writable, process_.privateInput ?? ''],
  ] as const) {
    stream.on('error', () => undefined);
    stream.end(text);
  }

  const timeout = setTimeout(() => stop('timed_out'), process_.timeoutMs);
  const sampler = setInterval(measure, process_.usageIntervalMs);
  process_.signal?.addEventListener('abort', onAbort, { once: true });
  if (process_.signal?.aborted) onAbort();

  const { code, signal, reason } = await new Promise<ProcessEnd>((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, reason: error.message }));
    child.once('exit', (code, signal) => {
      if (process_.marker !== undefined && pid !== undefined) killTree(pid, process_.marker);
      drainTimer = setTimeout(() => resolve({ code, signal }), drainMs);
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });

  clearTimeout(timeout);
  clearTimeout(killTimer);
  clearTimeout(drainTimer);
  for (const stream of child.stdio) stream?.destroy();
  clearInterval(sampler);
  process_.signal?.removeEventListener('abort', onAbort);

  const durationMs = Math.round(performance.now() - started);
  await disk.stop();
  const common = { stdout, stderr, report: report.text(), durationMs, peakRssMb, cpuMs };
  if (reason !== undefined) return { ...common, end: 'could_not_start', exitCode: null, reason };
  if (end === 'disk_exceeded')
    return { ...common, end, exitCode: null, reason: `it wrote more than ${workspaceMb} MiB to the disk` };
  if (end === 'memory_exceeded')
    return { ...common, end, exitCode: null, reason: `it used more than ${memoryMb} MiB of memory` };
  return { ...common, end, exitCode: end === 'exited' ? (code ?? 128 + signalNumber(signal)) : null };
}

interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly reason?: string;
}

/** The group, its descendants, and with a marker also those that left both (`setsid`, a parent that ended). */
function killTree(root: number, marker: string | undefined): void {
  const members = processTree(root).map((member) => member.pid);
  signalProcess(-root, 'SIGKILL');
  for (const pid of members) signalProcess(pid, 'SIGKILL');
  if (marker === undefined) return;
  for (const pid of processesWith(marker)) signalProcess(pid, 'SIGKILL');
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already.
  }
}

function signalNumber(signal: NodeJS.Signals | null): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = {
    SIGINT: 2,
    SIGABRT: 6,
    SIGKILL: 9,
    SIGSEGV: 11,
    SIGTERM: 15,
  };
  return signal ? (numbers[signal] ?? 0) : 0;
}

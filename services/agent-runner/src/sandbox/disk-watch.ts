import { spawn, type ChildProcess } from 'node:child_process';

export interface DiskWatch {
  /** Resolves when the watch has stopped completely. */
  stop(): Promise<void>;
}

const minPauseMs = 500;
/** A large copy takes long to measure: at most this share of the time is spent on it. */
const pausesPerMeasurement = 10;

/**
 * Measures folders periodically, and reports once when they have grown by more than the limit. A quota would
 * stop the write itself, but not every file system has one; a command may write for half a second until it is detected.
 */
export async function watchGrowth(
  folders: readonly string[],
  limitMb: number,
  onExceeded: () => void,
): Promise<DiskWatch> {
  const before = (await startMeasuring(folders).usedMb) ?? 0;
  let isStopped = false;
  let pause: NodeJS.Timeout | undefined;
  let running: Measurement | undefined;

  const measure = async (): Promise<void> => {
    const started = performance.now();
    running = startMeasuring(folders);
    const used = await running.usedMb;
    running = undefined;
    if (isStopped) return;
    if (used !== undefined && used - before > limitMb) onExceeded();
    else measureIn(Math.max(minPauseMs, pausesPerMeasurement * (performance.now() - started)));
  };
  const measureIn = (pauseMs: number) => {
    pause = setTimeout(() => void measure(), pauseMs);
  };
  measureIn(minPauseMs);
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(pause);
      running?.process.kill('SIGKILL');
      await running?.usedMb;
    },
  };
}

interface Measurement {
  readonly process: ChildProcess;
  /** The disk usage of the folders; undefined when it could not be measured. Never rejects. */
  readonly usedMb: Promise<number | undefined>;
}

function startMeasuring(folders: readonly string[]): Measurement {
  // When a file is deleted during the measurement, du prints an error and counts the rest.
  const process = spawn('du', ['-skx', ...folders], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  process.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const usedMb = new Promise<number | undefined>((resolve) => {
    process.once('error', () => resolve(undefined));
    process.once('close', () => resolve(sumOf(output)));
  });
  return { process, usedMb };
}

/** A line for each folder: its size in KiB, and its name. */
function sumOf(output: string): number | undefined {
  const lines = output.split('\n').filter((line) => line !== '');
  const kilobytes = lines.map((line) => Number.parseInt(line, 10));
  return lines.length === 0 ? undefined : kilobytes.reduce((sum, size) => sum + size, 0) / 1024;
}

import { spawn, type ChildProcess } from 'node:child_process';

export interface DiskWatch {
  /** Resolves when nothing of the watch runs any more. */
  stop(): Promise<void>;
}

const minPauseMs = 500;
/** A large copy takes long to measure: at most this part of the time is spent on it. */
const pausesPerMeasurement = 10;

/**
 * Measures folders again and again, and says once when more than the limit has been added to what they held. A quota would
 * stop the write itself, but not every file system has one; until it is noticed a command may write for half a second.
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
  /** What the folders take of the disk; undefined when that could not be found out. Never rejects. */
  readonly usedMb: Promise<number | undefined>;
}

function startMeasuring(folders: readonly string[]): Measurement {
  // A file that goes while it is looked at makes it complain, and count the rest.
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

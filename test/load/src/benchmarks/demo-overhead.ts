import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { z } from 'zod';
import type { Benchmark, Measured } from '../benchmark';
import { median, round } from '../statistics';

const repeats = 3;
/** Maximum time of the platform besides the tools, in milliseconds. */
const owedMs = 3000;
const demoTimeoutMs = 240_000;
const launcher = join(__dirname, '../../../../deploy/local/run.mjs');

const demoResult = z.object({
  state: z.literal('completed'),
  duration_ms: z.number(),
  overhead_ms: z.number(),
});

/** Without the addresses of this benchmark’s servers: the demo starts its own. */
const ownServers = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('YMERA_')));

/** The documented command, on a platform that it starts and stops itself; its last line is the result. */
function demo(): Promise<z.output<typeof demoResult>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [launcher, 'demo', '--json'], {
      env: ownServers(),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: demoTimeoutMs,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) reject(new Error(`the demo ended with ${code}:\n${stderr.slice(-2000)}`));
      else resolve(demoResult.parse(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')));
    });
  });
}

async function run(progress: (line: string) => void): Promise<Measured> {
  const overheads: number[] = [];
  const durations: number[] = [];
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    const result = await demo();
    overheads.push(result.overhead_ms);
    durations.push(result.duration_ms);
    progress(`${repeat}: ${result.overhead_ms} ms of ${result.duration_ms} ms are the platform’s`);
  }
  const overhead = median(overheads);
  return {
    figures: {
      overhead_ms: overhead,
      slowest_overhead_ms: Math.max(...overheads),
      duration_ms: median(durations),
    },
    reference: `${owedMs} ms owed at most`,
    ratio: round(overhead / owedMs, 2),
  };
}

export const demoOverheadBenchmark: Benchmark = {
  name: 'demo-overhead',
  summary: `what the platform adds to the time of the tools in the demo, medians of ${repeats} runs on fresh platforms`,
  owed: { overhead_ms: { below: owedMs } },
  run,
};

import type { BeforeAfter } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { z } from 'zod';
import type { Sandbox, SandboxOutcome } from '../sandbox/sandbox';
import type { PreparedProject } from '../workspace/dependencies/installation';
import { clockDoubt, type ClockDoubt, type ClockedRun } from './outside-clock';
import { asInRepository } from './repository-paths';
import { median } from './statistics';

/** One side of a comparison. */
interface BenchmarkSide {
  readonly workspace: string;
  readonly command: string;
  readonly prepared: PreparedProject;
}

export interface BenchmarkOptions {
  readonly before: BenchmarkSide;
  readonly after: BenchmarkSide;
  readonly name: string;
  /** Counted runs of each side. */
  readonly runs: number;
  /** Timeout of the whole comparison. */
  readonly budgetMs: number;
  readonly signal: AbortSignal;
  readonly onRun?: (done: number, all: number) => void;
}

const reported = z.object({
  name: z.string().optional(),
  median_ms: z.number().nonnegative().optional(),
  samples_ms: z.array(z.number().nonnegative()).optional(),
  retained_bytes: z.number().nonnegative().optional(),
});

export const minRuns = 10;
const memorySampleMs = 15;

interface Measured extends ClockedRun {
  readonly ms: number;
  readonly name: string | undefined;
  /** Memory that is retained per operation; undefined for a benchmark that does not measure it. */
  readonly retainedBytes: number | undefined;
  /** Lines that look like a result. The last one counts; their number is specific to the benchmark. */
  readonly results: number;
}

/**
 * The last line of JSON of a benchmark command: `{"name", "median_ms", "samples_ms": [...], "retained_bytes"}`,
 * all optional. A benchmark without times is measured from outside, including the start of its process.
 */
export function readMeasurement(outcome: Pick<SandboxOutcome, 'stdout' | 'durationMs'>): Measured {
  const lines = outcome.stdout.split('\n').filter((candidate) => candidate.trimStart().startsWith('{'));
  const results = lines.filter((line) => isResult(parse(line))).length;
  const parsed = reported.safeParse(parse(lines.at(-1) ?? ''));
  const { median_ms, samples_ms, name, retained_bytes } = parsed.data ?? {};
  const samples = samples_ms && samples_ms.length > 0 ? samples_ms : undefined;
  const medianMs = median_ms ?? (samples && median(samples));
  return {
    ms: medianMs ?? outcome.durationMs,
    outsideMs: outcome.durationMs,
    medianMs,
    samplesMs: samples?.reduce((sum, sample) => sum + sample, 0),
    name,
    retainedBytes: retained_bytes,
    results,
  };
}

export interface Measurement {
  readonly beforeAfter: BeforeAfter;
  /** Whether the benchmark's own times are credible. */
  readonly clockDoubt: ClockDoubt | undefined;
}

/**
 * Runs both sides alternately and changes the order: other load of the machine then affects both alike. A first
 * run of each, which fills caches, is not counted but measures memory.
 */
export async function measureBeforeAfter(
  sandbox: Sandbox,
  options: BenchmarkOptions,
): Promise<Result<Measurement>> {
  const started = performance.now();
  const runOnce = async (
    side: BenchmarkSide,
    usageIntervalMs: number,
  ): Promise<Result<Measured & { readonly peakMb: number }>> => {
    const outcome = await sandbox.run({
      profile: 'project',
      command: side.command,
      workspace: side.workspace,
      ...side.prepared,
      timeoutMs: Math.max(1, options.budgetMs - (performance.now() - started)),
      signal: options.signal,
      usageIntervalMs,
    });
    if (outcome.end !== 'exited' || outcome.exitCode !== 0)
      return err(benchmarkFailed(side === options.before, outcome, sandbox.workspacePath(side.workspace)));
    return ok({ ...readMeasurement(outcome), peakMb: outcome.peakRssMb });
  };

  const firstBefore = await runOnce(options.before, memorySampleMs);
  if (!firstBefore.ok) return firstBefore;
  const firstAfter = await runOnce(options.after, memorySampleMs);
  if (!firstAfter.ok) return firstAfter;
  // The code under test runs in the benchmark's process: its own output must not count as the benchmark's result.
  if (firstAfter.value.results !== firstBefore.value.results)
    return err(resultsChanged(firstBefore.value.results, firstAfter.value.results));

  const runs = { before: [] as Measured[], after: [] as Measured[] };
  for (let run = 0; run < options.runs; run += 1) {
    const order = run % 2 === 0 ? (['before', 'after'] as const) : (['after', 'before'] as const);
    for (const side of order) {
      const measured = await runOnce(options[side], 1_000);
      if (!measured.ok) return measured;
      runs[side].push(measured.value);
    }
    options.onRun?.(run + 1, options.runs);
  }
  return ok({
    beforeAfter: {
      name: (firstBefore.value.name ?? options.name).slice(0, 200),
      runs: options.runs,
      ...compareRuns(runs.before, runs.after),
      before_peak_mb: firstBefore.value.peakMb,
      after_peak_mb: firstAfter.value.peakMb,
      interleaved: true,
    },
    clockDoubt: clockDoubt(runs.before, runs.after),
  });
}

function compareRuns(before: readonly Measured[], after: readonly Measured[]) {
  const times = (runs: readonly Measured[]) => runs.map(({ ms }) => round(ms));
  const [beforeMs, afterMs] = [times(before), times(after)];
  const [beforeMedian, afterMedian] = [median(beforeMs), median(afterMs)];
  const retained = (runs: readonly Measured[]) =>
    runs.flatMap(({ retainedBytes }) => (retainedBytes === undefined ? [] : [retainedBytes]));
  const [kept, keeps] = [retained(before), retained(after)];
  return {
    before_ms: beforeMs,
    after_ms: afterMs,
    before_median_ms: round(beforeMedian),
    after_median_ms: round(afterMedian),
    speedup: round(beforeMedian / Math.max(afterMedian, 0.001)),
    ...(kept.length > 0 && keeps.length > 0
      ? {
          before_retained_bytes: Math.round(median(kept)),
          after_retained_bytes: Math.round(median(keeps)),
        }
      : {}),
  };
}

const isResult = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ['median_ms', 'samples_ms', 'retained_bytes'].some((figure) => figure in value);

const resultsChanged = (before: number, after: number) =>
  failure(
    'validation',
    'benchmark_results_changed',
    `The benchmark printed ${before} result(s) on the base and ${after} on the change, though it was not changed itself.`,
    { suggestion: 'The product must print no results: only the benchmark reports times.' },
  );

const round = (value: number): number => Math.round(value * 1000) / 1000;

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function benchmarkFailed(isBase: boolean, outcome: SandboxOutcome, workspacePath: string) {
  const where = isBase ? 'the base' : 'the change';
  const how = outcome.end === 'exited' ? `exit code ${outcome.exitCode}` : outcome.end.replaceAll('_', ' ');
  const last = asInRepository(outcome.stderr.trim().split('\n').at(-1) ?? '', workspacePath);
  return failure(
    'validation',
    isBase ? 'benchmark_failed_on_base' : 'benchmark_failed',
    `The benchmark failed on ${where} (${how}). ${last}`.trim().slice(0, 1500),
  );
}

import { compare, median, medianError } from './statistics';

/** One run of a benchmark: its own figures, and its duration by a clock that it cannot manipulate. */
export interface ClockedRun {
  /** Start of the process included; much the same on both sides. */
  readonly outsideMs: number;
  /** Undefined for a benchmark without own times: it is measured from outside anyway. */
  readonly medianMs: number | undefined;
  /** The sum of all samples, where it prints them. */
  readonly samplesMs: number | undefined;
}

/** The saving of a run, as claimed by the benchmark and as observed. */
export interface ClockDoubt {
  readonly claimedMs: number;
  readonly outsideMs: number;
}

/** The share of the claimed saving that must be observed. Half may be lost to code that the benchmark does not time. */
const minSightings = 0.5;
/** Standard errors of the observation that are granted to the benchmark: a busy machine must not cause a finding. */
const grantedErrors = 3;

/**
 * A benchmark runs in one process with the measured code, which may manipulate `performance.now` and the like. Returns
 * the claimed and the observed saving when the outside clock does not confirm the speed-up; undefined when it does, or when
 * the claim is too small compared with the noise of that clock. Runs come in pairs, as they were interleaved.
 *
 * No proof of bad faith: a benchmark that repeats one long operation for a fixed time looks the same, and so does work that
 * was moved outside of the measured code.
 */
export function clockDoubt(
  before: readonly ClockedRun[],
  after: readonly ClockedRun[],
): ClockDoubt | undefined {
  const claim = areSamplesInTurn(before, after) ? 'samplesMs' : 'medianMs';
  const [was, is] = [claimsOf(before, claim), claimsOf(after, claim)];
  if (was.length < before.length || is.length < after.length || compare(was, is) !== 'faster')
    return undefined;
  const claimed = median(was) - median(is);
  const saved = before.map((run, index) => run.outsideMs - (after[index]?.outsideMs ?? run.outsideMs));
  const seen = median(saved);
  return seen + grantedErrors * medianError(saved) < minSightings * claimed
    ? { claimedMs: Math.round(claimed), outsideMs: Math.round(seen) }
    : undefined;
}

/** Samples whose sum exceeds the run were taken concurrently, and their sum is no elapsed time. */
const areSamplesInTurn = (before: readonly ClockedRun[], after: readonly ClockedRun[]): boolean =>
  after.every(({ samplesMs }) => samplesMs !== undefined) &&
  before.every(({ samplesMs, outsideMs }) => samplesMs !== undefined && samplesMs <= outsideMs);

const claimsOf = (runs: readonly ClockedRun[], claim: 'samplesMs' | 'medianMs'): readonly number[] =>
  runs.flatMap((run) => run[claim] ?? []);

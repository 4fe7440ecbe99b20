import { compare, median, medianError } from './statistics';

/** One run of a benchmark: what it says of itself, and how long it was there by a clock that it cannot reach. */
export interface ClockedRun {
  /** Start of the process included; much the same on both sides. */
  readonly outsideMs: number;
  /** Undefined for one that says no time: it is measured from outside anyway. */
  readonly medianMs: number | undefined;
  /** All samples together, where it says them. */
  readonly samplesMs: number | undefined;
}

/** By how much a run became shorter, as the benchmark says and as it was seen. */
export interface ClockDoubt {
  readonly claimedMs: number;
  readonly outsideMs: number;
}

/** Part of the claimed saving that must be seen from outside. A whole half may go to what the benchmark does not time. */
const minSightings = 0.5;
/** Usual errors of what is seen outside that are granted to the benchmark: a busy machine must not make a finding. */
const grantedErrors = 3;

/**
 * A benchmark runs in one process with the code that it measures, which may bend `performance.now` and its like. Answers
 * what is claimed and what was seen when the clock outside does not bear the speed-up out; undefined when it does, or when
 * the claim is too small beside the noise of that clock to say. Runs come in pairs, as they were interleaved.
 *
 * No proof of bad faith: a benchmark that repeats one long operation for a fixed time looks the same, and so does work that
 * was moved to where the benchmark does not look.
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

/** Samples that together are longer than the run were taken side by side, and their sum is no time that passed. */
const areSamplesInTurn = (before: readonly ClockedRun[], after: readonly ClockedRun[]): boolean =>
  after.every(({ samplesMs }) => samplesMs !== undefined) &&
  before.every(({ samplesMs, outsideMs }) => samplesMs !== undefined && samplesMs <= outsideMs);

const claimsOf = (runs: readonly ClockedRun[], claim: 'samplesMs' | 'medianMs'): readonly number[] =>
  runs.flatMap((run) => run[claim] ?? []);

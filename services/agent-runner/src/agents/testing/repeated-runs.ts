import type { TestFailure } from '../../tools/test-reports/read-tests';
import { isGreen, lowestSignalCode, type TestOutcome } from './test-outcome';

/** A second run separates flaky tests from broken ones; more runs follow only where it finds flaky ones. */
const minRuns = 2;
export const maxRuns = 5;

/** Whether one more run may show that a failed test passes at times. */
export function needsAnotherRun(runs: readonly TestOutcome[]): boolean {
  const last = runs.at(-1);
  if (!last || last.end !== 'exited' || isGreen(last) || last.isEmpty) return false;
  if (runs.length < minRuns) return true;
  const { failures, flaky } = settleRuns(runs, last);
  return flaky.length > 0 && failures.length > 0 && runs.length < maxRuns;
}

/**
 * Merges several runs of the same tests into one outcome. A test that passed in any of them is flaky; a test that never
 * passed has failed. A test counts as passed only in a complete run that named all failures.
 */
export function settleRuns(runs: readonly TestOutcome[], last: TestOutcome): TestOutcome {
  if (last.end !== 'exited') return last;
  const named = new Map(
    runs.flatMap(({ failures }) => failures.map((failure) => [identity(failure), failure] as const)),
  );
  const hasPassed = (failure: TestFailure) => runs.some((run) => showsPassing(run, failure));
  const flaky = [...named.values()].filter(hasPassed);
  if (flaky.length === 0 || isGreen(last)) return { ...last, flaky };
  const unexplained = runs.find(({ exitCode, failures }) => exitCode !== 0 && failures.length === 0);
  const failures = [...named.values()].filter((failure) => !hasPassed(failure));
  const settled = unexplained ?? last;
  const failed = failures.length + (unexplained === undefined ? 0 : 1);
  const { total, skipped } = settled.counts;
  return {
    ...settled,
    failures,
    flaky,
    counts: { total, skipped, failed, passed: Math.max(0, total - skipped - failed) },
  };
}

/** For a file that could not be loaded, its tests are unknown. */
function showsPassing(run: TestOutcome, failure: TestFailure): boolean {
  if (run.end !== 'exited' || run.exitCode >= lowestSignalCode) return false;
  if (isGreen(run)) return true;
  return (
    run.namesAll &&
    run.failures.every((other) => other.isLoadFailure !== true && identity(other) !== identity(failure))
  );
}

export const identity = ({ name, group }: TestFailure): string => JSON.stringify([name, group ?? null]);

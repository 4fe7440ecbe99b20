import { crashedRun, failedRun, testFailure } from '../../testing/test-outcomes';
import { maxRuns, needsAnotherRun, settleRuns } from './repeated-runs';
import { isGreen, type TestOutcome } from './test-outcome';

const [a, b, c] = [testFailure('a'), testFailure('b'), testFailure('c')];
const green = failedRun([], { exitCode: 0 });
const settle = (...runs: TestOutcome[]) => settleRuns(runs, runs.at(-1) ?? green);
const names = ({ failures, flaky }: TestOutcome) => ({
  failed: failures.map(({ name }) => name),
  flaky: flaky.map(({ name }) => name),
});

describe('settleRuns', () => {
  it.each<[string, TestOutcome[], readonly string[], readonly string[]]>([
    ['fails in both runs', [failedRun([a, b]), failedRun([b, c])], ['b'], ['a', 'c']],
    ['passes in a third run', [failedRun([a]), failedRun([a, b]), failedRun([b])], [], ['a', 'b']],
    ['fails in all', [failedRun([a]), failedRun([a])], ['a'], []],
    ['passes with all others', [failedRun([a, b]), green], [], ['a', 'b']],
  ])('separates flaky from broken tests: %s', (_, runs, failed, flaky) => {
    const settled = settle(...runs);
    expect(names(settled)).toEqual({ failed, flaky });
    expect(isGreen(settled)).toBe(failed.length === 0);
    expect(settled.counts.failed).toBe(failed.length);
  });

  it.each<[string, TestOutcome]>([
    ['did not name all that failed', failedRun([b], { namesAll: false })],
    ['could not load a file', failedRun([testFailure('a.test.js', { isLoadFailure: true })])],
    ['was ended by a signal', failedRun([b], { exitCode: 139 })],
  ])('counts no test as passed in a run that %s', (_, run) => {
    expect(names(settle(run, failedRun([a]))).failed).toContain('a');
  });

  it('keeps a failure that is no test', () => {
    const threshold = { ...failedRun([]), counts: { total: 3, passed: 2, failed: 1, skipped: 0 } };
    expect(settle(failedRun([a]), threshold)).toMatchObject({
      counts: { failed: 1 },
      failures: [],
      flaky: [a],
    });
    expect(isGreen(settle(threshold, failedRun([a])))).toBe(false);
  });

  it('marks a run that was cut off', () => {
    expect(settle(failedRun([a]), failedRun([], { end: 'timed_out' })).end).toBe('timed_out');
  });
});

describe('needsAnotherRun', () => {
  it.each<[string, TestOutcome[], boolean]>([
    ['after a first failure', [failedRun([a])], true],
    ['where the command failed without naming a test', [crashedRun('x', 1)], true],
    ['not where all passed', [green], false],
    ['not where there are no tests', [{ ...failedRun([]), isEmpty: true }], false],
    ['not where the first run was cut off', [failedRun([a], { end: 'timed_out' })], false],
    ['not where two runs agree', [failedRun([a]), failedRun([a])], false],
    ['where two runs differ', [failedRun([a, b]), failedRun([b])], true],
    ['not where each test has passed once', [failedRun([a]), failedRun([b])], false],
    ['not without end', [failedRun([a, b]), ...Array<TestOutcome>(maxRuns - 1).fill(failedRun([b]))], false],
  ])('is %s', (_, runs, expected) => {
    expect(needsAnotherRun(runs)).toBe(expected);
  });
});

import type { TestOutcome } from '../agents/testing/test-outcome';
import type { ErrorKind } from '../tools/test-reports/error-kind';
import type { TestFailure } from '../tools/test-reports/read-tests';

/** A test that failed with an assertion, unless a test overrides it. */
export const testFailure = (name: string, given: Partial<TestFailure> = {}): TestFailure => ({
  name,
  kind: 'assertion',
  message: `${name}: 1 !== 2`,
  evidence: '1 !== 2',
  ...given,
});

/** A run that these failures explain, beside two tests that passed. */
export const failedRun = (
  failures: readonly TestFailure[],
  given: Partial<TestOutcome> = {},
): TestOutcome => ({
  end: 'exited',
  exitCode: 1,
  counts: { total: failures.length + 2, passed: 2, failed: failures.length, skipped: 0 },
  isEmpty: false,
  failures: [...failures],
  flaky: [],
  namesAll: true,
  tools: ['node'],
  durationMs: 100,
  ...given,
});

/** A run without a recognised tool. */
export const crashedRun = (message: string, exitCode: number, kind: ErrorKind = 'unknown'): TestOutcome => ({
  ...failedRun([]),
  exitCode,
  counts: { total: 1, passed: 0, failed: 1, skipped: 0 },
  namesAll: false,
  tools: [],
  error: { message, context: message, kind },
});

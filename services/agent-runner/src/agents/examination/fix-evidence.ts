import type { Finding } from '@ymera/contracts';
import { maximumFailures, type TestFailure } from '../../tools/test-failures';
import type { ExaminationPolicy } from './examination-policy';

/** How the project's tests ended on one combination of product and tests. */
export interface TestTrial {
  readonly hasPassed: boolean;
  /** As far as the runner's output is understood. */
  readonly failures: readonly TestFailure[];
}

/** What the tests of both sides say about both products. That the change passes its own tests is known before. */
export interface FixTrials {
  /** The base with its own tests; undefined where it is not asked. */
  readonly before?: TestTrial | undefined;
  /** The base with the tests of the change; undefined where they are the same, or are not needed. */
  readonly beforeWithNewTests?: TestTrial | undefined;
  /** The change with the tests of the base; undefined where they are the same, or are not needed. */
  readonly afterWithOldTests?: TestTrial | undefined;
}

/**
 * What makes a fix a fix: a test fails without it and passes with it, and a test that shows the fault passes because the
 * fault is gone, not because the test was changed.
 */
export function fixEvidence(trials: FixTrials, policy: ExaminationPolicy): readonly Finding[] {
  const { before, beforeWithNewTests, afterWithOldTests } = trials;
  if (!before) return [];
  if (!before.hasPassed && afterWithOldTests && !afterWithOldTests.hasPassed)
    return stillFailing(before, afterWithOldTests);
  if (!before.hasPassed || beforeWithNewTests?.hasPassed === false) return [];
  return [
    {
      code: 'fix_without_test',
      severity: policy.fixWithoutTest,
      message: 'No test fails without this change: nothing shows that it fixes the fault.',
      suggestion: 'Add a test that fails before the fix and passes after it.',
    },
  ];
}

function stillFailing(before: TestTrial, after: TestTrial): readonly Finding[] {
  const common = {
    code: 'failing_test_changed',
    severity: 'high',
    suggestion: 'Leave the test as it is, and remove the fault that it shows.',
  } as const;
  const known = new Set(before.failures.map(({ name }) => name));
  const same = after.failures.filter(({ name }) => known.has(name));
  if (same.length === 0)
    return namesEveryTest(before) && namesEveryTest(after)
      ? []
      : [{ ...common, message: 'The tests as they were before the change still fail on it.' }];
  return same.map(({ message, file, line, evidence }) => ({
    ...common,
    message: `The test that shows the fault was changed; as it was, it still fails. ${message}`,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
    ...(evidence === '' ? {} : { evidence }),
  }));
}

const sourceFile = /\.[cm]?[jt]sx?$/;

/**
 * Only then does a test that is not among the failures pass. Without names, with a list that was cut, or when a whole file
 * could not be loaded, because what it imports is gone, the test that shows the fault may not even have run.
 */
export const namesEveryTest = ({ failures }: TestTrial): boolean =>
  failures.length > 0 &&
  failures.length < maximumFailures &&
  failures.every(({ name }) => !sourceFile.test(name));

import type { Finding } from '@ymera/contracts';
import { needsSurroundings } from '../../tools/test-reports/error-kind';
import type { TestFailure } from '../../tools/test-reports/read-tests';
import type { ExaminationPolicy } from './examination-policy';

/** The result of the project's tests on one combination of product and tests. */
export interface TestTrial {
  readonly hasPassed: boolean;
  /** As far as the runner's output is parsed. */
  readonly failures: readonly TestFailure[];
  /** Whether a test that is not among the failures has passed. */
  readonly namesAll: boolean;
  /** Number of tests that ran; undefined where the runner does not report it. */
  readonly total?: number | undefined;
}

/** The results of both sides' tests on both products. */
export interface FixTrials {
  /** The base with its own tests; undefined where not needed. */
  readonly before?: TestTrial | undefined;
  /** The base with the tests of the change; undefined where they are the same or not needed. */
  readonly beforeWithNewTests?: TestTrial | undefined;
  /** The change with the tests of the base; undefined where they are the same or not needed. */
  readonly afterWithOldTests?: TestTrial | undefined;
  /** The change with its own tests and the helpers of the base; undefined where no helper was changed. */
  readonly afterWithOldHelpers?: TestTrial | undefined;
  /** The change with its own tests; undefined where it is known that none of them fails. */
  readonly after?: TestTrial | undefined;
}

/** The same without failures that are no evidence about the code: of tests that need a network or a service, for example. */
export function withoutSurroundings(trial: TestTrial): TestTrial {
  const failures = trial.failures.filter(({ kind }) => !needsSurroundings(kind));
  const isOnlyThose = trial.namesAll && trial.failures.length > 0 && failures.length === 0;
  return { ...trial, failures, hasPassed: trial.hasPassed || isOnlyThose };
}

/**
 * The evidence of a fix: a test fails without it and passes with it, and a test that shows the defect passes because the
 * defect is gone, not because the test was changed.
 */
export function fixEvidence(trials: FixTrials, policy: ExaminationPolicy): readonly Finding[] {
  const { before, beforeWithNewTests, afterWithOldTests } = trials;
  if (!before) return [];
  if (before.hasPassed && beforeWithNewTests?.hasPassed !== false)
    return [
      {
        code: 'fix_without_test',
        severity: policy.fixWithoutTest,
        message: 'No test fails without this change: nothing shows that it fixes the defect.',
        suggestion: 'Add a test that fails before the fix and passes after it.',
      },
    ];
  if (before.hasPassed) return [];
  const known = { ...trials, before };
  const unfixed = stillFailing(known);
  return [
    ...unfixed,
    ...(afterWithOldTests && !afterWithOldTests.hasPassed ? changedTests(known, afterWithOldTests) : []),
  ];
}

type KnownTrials = FixTrials & { readonly before: TestTrial };

/** Tests that fail before the fix and after it. Other tests may prove the fix; if none does, it is none. */
function stillFailing({ before, beforeWithNewTests, after }: KnownTrials): readonly Finding[] {
  if (!after || after.hasPassed) return [];
  const broken = namesOf(before);
  const open = namesOf(after);
  const same = after.failures.filter(({ name }) => broken.has(name));
  if (same.length === 0) return [];
  const hasFixed = namesEveryTest(after) && [...broken].some((name) => !open.has(name));
  const isShown =
    beforeWithNewTests?.failures.some(({ name }) => !broken.has(name) && !open.has(name)) ?? false;
  const fixedFiles = new Set(before.failures.flatMap(({ name, file }) => (open.has(name) ? [] : [file])));
  return same.map((failure) => {
    // Tests of one file are about one subject: if only some pass, the fix is incomplete.
    const isPart = hasFixed && failure.file !== undefined && fixedFiles.has(failure.file);
    const isOther = !isPart && (hasFixed || isShown);
    return {
      ...placeOf(failure),
      code: 'fix_without_effect',
      severity: isOther ? ('medium' as const) : ('high' as const),
      message: `This test fails before the fix and after it: ${failure.message}`,
      suggestion: isOther
        ? 'See whether it belongs to the fault that the request names.'
        : 'Make it pass if it shows the fault; otherwise add a test that does.',
    };
  });
}

/** A test that shows the defect and passes only because it was changed. */
function changedTests({ before, after }: KnownTrials, withOldTests: TestTrial): readonly Finding[] {
  const common = {
    code: 'failing_test_changed',
    severity: 'high',
    suggestion: 'Leave the test unchanged, and fix the defect that it shows.',
  } as const;
  const open = after ? namesOf(after) : new Set<string>();
  const failing = withOldTests.failures.filter(({ name }) => !open.has(name));
  if (failing.length === 0 && withOldTests.failures.length > 0 && withOldTests.namesAll) return [];
  const known = namesOf(before);
  const same = failing.filter(({ name }) => known.has(name));
  if (same.length === 0)
    return namesEveryTest(before) && namesEveryTest(withOldTests)
      ? []
      : [{ ...common, message: 'The tests as they were before the change still fail on it.' }];
  return same.map((failure) => ({
    ...placeOf(failure),
    ...common,
    message: `The test that shows the defect was changed; in its old form it still fails. ${failure.message}`,
  }));
}

const namesOf = ({ failures }: TestTrial): ReadonlySet<string> => new Set(failures.map(({ name }) => name));

const placeOf = ({ file, line, evidence }: TestFailure): Pick<Finding, 'file' | 'line' | 'evidence'> => ({
  ...(file === undefined ? {} : { file }),
  ...(line === undefined ? {} : { line }),
  ...(evidence === '' ? {} : { evidence }),
});

/**
 * Only then does a test that is not among the failures pass. Without names, with a truncated list, or when a whole file
 * could not be loaded because an import is missing, the test that shows the defect may not even have run.
 */
export const namesEveryTest = ({ failures, namesAll }: TestTrial): boolean =>
  namesAll && failures.length > 0 && !failures.some(({ isLoadFailure }) => isLoadFailure);

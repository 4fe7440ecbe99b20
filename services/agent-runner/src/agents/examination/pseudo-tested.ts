import type { Finding } from '@ymera/contracts';
import type { MutationPlan, NamedTest } from '../../tools/mutation/mutation-plan';
import type { TestTrial } from './fix-evidence';

/** Test results on a product whose functions do nothing. Undefined results were not needed, or are not known yet. */
export interface MutationTrials {
  /** The change: each function throws. */
  readonly throwing: TestTrial;
  /** The base with its own tests: each function throws. */
  readonly before?: TestTrial | undefined;
  /** The change: each function returns nothing. */
  readonly returning?: TestTrial | undefined;
  /** Tests that ran on the unmodified change. */
  readonly total: number;
}

interface Suspects {
  /** No test fails at all. */
  readonly isAll: boolean;
  readonly tests: readonly NamedTest[];
}

/** Tests that wrongly pass in every trial so far; undefined without any, or when no conclusion is possible. */
export function suspectsOf(trials: MutationTrials, tests: readonly NamedTest[]): Suspects | undefined {
  const { throwing, returning, before } = trials;
  const after = [throwing, ...(returning ? [returning] : [])];
  const isAll = after.every(({ hasPassed }) => hasPassed) && before?.hasPassed !== true;
  const isNamed = after.every((trial) => trial.hasPassed || namesEach(trial, trials.total));
  const suspects = isNamed
    ? tests.filter(
        (test) =>
          after.every((trial) => !fails(trial, test)) &&
          (before === undefined || (test.isNew ? namesEach(before, 0) : isFailureOf(before, test))),
      )
    : [];
  return isAll || suspects.length > 0 ? { isAll, tests: suspects } : undefined;
}

/** Findings against the change: tests that assert nothing since it, and new ones that assert nothing. */
export function pseudoTested(trials: MutationTrials, { tests, after }: MutationPlan): readonly Finding[] {
  if (trials.before === undefined || trials.returning === undefined) return [];
  const suspects = suspectsOf(trials, tests);
  if (!suspects) return [];
  if (suspects.isAll)
    return [
      {
        code: 'tests_prove_nothing',
        severity: 'high',
        message: 'The tests pass although all functions of the product are emptied.',
        suggestion: 'Let the tests run, and let a test that fails fail the command.',
      },
    ];
  const isPartial = after.some((mutant) => mutant.isPartial);
  return suspects.tests.flatMap((test): readonly Finding[] => {
    if (test.isNew && isPartial) return [];
    return [
      {
        code: 'test_proves_nothing',
        severity: test.isNew ? 'medium' : 'high',
        message: test.isNew
          ? `The new test "${test.name}" passes although no function of the product does anything.`
          : `"${test.name}" passes since the change although no function of the product does anything; before, it failed then.`,
        file: test.file,
        line: test.line,
        suggestion: 'Let it assert what the product does.',
      },
    ];
  });
}

/** A test that ran and is not among the named failures has passed. */
const namesEach = ({ failures, namesAll, total }: TestTrial, expected: number): boolean =>
  namesAll &&
  failures.length > 0 &&
  total !== undefined &&
  total >= expected &&
  !failures.some(({ isLoadFailure }) => isLoadFailure);

/** In doubt a test has failed. */
const fails = ({ failures }: TestTrial, { name }: NamedTest): boolean =>
  failures.some((failure) => failure.name.includes(name) || name.includes(ownName(failure.name)));

const isFailureOf = ({ failures }: TestTrial, { name }: NamedTest): boolean =>
  failures.some((failure) => ownName(failure.name) === name);

/** Without the parts that runners add: file, suite, class, parameters. */
const ownName = (name: string): string =>
  name
    .replace(/\s+\([\w.<>]+\)$/, '')
    .replace(/^.*(?:::| > | › )/, '')
    .replace(/\[.*\]$/, '')
    .trim();

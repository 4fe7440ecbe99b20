import type { Finding, TestSummary } from '@ymera/contracts';
import { needsSurroundings, type ErrorKind } from '../../tools/test-reports/error-kind';
import type { TestFailure } from '../../tools/test-reports/read-tests';
import { commandFailure, type Comparison } from './compare-with-base';
import { isGreen, type TestOutcome } from './test-outcome';

/** Maximum findings; one more tells the number of the rest. */
const maxListed = 50;
const maxNamedFlaky = 10;

/** The end of messages about failures that a change shares with its base. */
export const sharedWithBase = 'It fails on the base as well, without the change.';

const surroundings: Partial<Record<ErrorKind, string>> = {
  network: 'Tests run without a network here. ',
  service: 'Tests run without the services of this machine. ',
  not_git: 'Tests run on the files of a commit, without its repository. ',
  submodule: 'Submodules are not fetched here. ',
};

const withoutSubmodule =
  'Name a test command that does not need the submodule, or commit its files in the project.';

const sentence = (words: string): string => (/[.!?]$/.test(words) ? words : `${words}.`);

const about = (kind: ErrorKind): string => surroundings[kind] ?? '';

const placed = ({ file, line, evidence }: TestFailure): Pick<Finding, 'file' | 'line' | 'evidence'> => ({
  ...(file === undefined ? {} : { file }),
  ...(line === undefined ? {} : { line }),
  ...(evidence === '' ? {} : { evidence }),
});

/** Findings on the base, before any change. */
export function baseFindings(outcome: TestOutcome, flaky: number): readonly Finding[] {
  if (outcome.isEmpty)
    return [
      {
        code: 'tests_empty_on_base',
        severity: 'low',
        message: 'The test command runs no tests on the base: the project has none yet.',
        suggestion: 'Add tests with the change.',
      },
    ];
  if (outcome.exitCode === 0 || isGreen(outcome)) return flakyFindings(flaky, outcome);
  return [
    ...flakyFindings(flaky, outcome),
    ...listed(outcome, (failure) => ({
      ...placed(failure),
      code: 'test_failed_on_base',
      severity: 'medium',
      message: `${sentence(failure.message)} ${about(failure.kind)}It fails on the base as well, without any change.`,
      suggestion: needsSurroundings(failure.kind)
        ? `The change is not its cause and cannot mend it.${failure.kind === 'submodule' ? ` ${withoutSubmodule}` : ''}`
        : 'If it shows the fault that the request is about, make it pass and leave the test as it is. Otherwise leave it alone.',
    })),
  ];
}

/** Findings on a change whose tests ran and were compared with those of the base where some failed. */
export function changeFindings(
  summary: TestSummary,
  outcome: TestOutcome,
  comparison: Comparison | undefined,
): readonly Finding[] {
  const flaky = flakyFindings(summary.flaky, outcome);
  if (outcome.end !== 'exited') return [...flaky, unfinished(summary, outcome)];
  if (outcome.isEmpty)
    return [
      {
        code: 'tests_empty',
        severity: 'high',
        message: emptyMessage(outcome),
        suggestion:
          outcome.error === undefined
            ? 'Add tests where the test command finds them.'
            : 'Add tests where the test command finds them, or fix its error.',
      },
    ];
  if (isGreen(outcome)) return flaky;
  if (comparison?.kind === 'compared') {
    const own = comparison.ofChange.map((failure) => guilty(failure));
    const shared = comparison.ofBase.map((failure) => ({
      ...placed(failure),
      code: 'test_failed_on_base',
      severity: 'medium' as const,
      message: `${sentence(failure.message)} ${about(failure.kind)}${sharedWithBase}`.slice(0, 2000),
      suggestion:
        failure.kind === 'submodule'
          ? `The change cannot mend it. ${withoutSubmodule}`
          : 'Fix it in a separate request.',
    }));
    return [...flaky, ...own.slice(0, maxListed), ...shared.slice(0, maxListed)];
  }
  const all = listed(outcome, guilty);
  return comparison?.kind === 'not_comparable'
    ? [
        ...flaky,
        ...all,
        {
          code: 'base_not_comparable',
          severity: 'low',
          message: `The tests of the base fail as well, but the failures cannot be compared: ${comparison.why}.`,
        },
      ]
    : [...flaky, ...all];
}

const emptyMessage = ({ tools, exitCode, error }: TestOutcome): string => {
  const why = error === undefined ? '' : `: ${error.message}`;
  return sentence(`The test command ran no tests (${tools.join(', ')}, exit code ${exitCode})${why}`);
};

const guilty = (failure: TestFailure): Finding => ({
  ...placed(failure),
  code: 'tests_failed',
  severity: 'high',
  message: `${failure.kind === 'submodule' ? about(failure.kind) : ''}${failure.message}`.slice(0, 2000),
  suggestion:
    failure.kind === 'submodule'
      ? 'Do without files of the submodule.'
      : 'Correct the change, not the tests.',
});

/** One finding for each test; one with the first error where no test explains the failed command. */
function listed(outcome: TestOutcome, finding: (failure: TestFailure) => Finding): readonly Finding[] {
  const shown = outcome.failures.slice(0, maxListed).map(finding);
  return shown.length > 0 ? shown : [finding(commandFailure(outcome))];
}

function flakyFindings(count: number, { flaky }: TestOutcome): readonly Finding[] {
  if (count === 0) return [];
  const names = flaky.slice(0, maxNamedFlaky).map(({ name }) => name);
  const more = flaky.length > names.length ? ', ...' : '';
  const which = names.length === 0 ? '' : `: ${names.join(', ')}${more}`;
  return [
    {
      code: 'flaky_tests',
      severity: 'medium',
      message: `${count} test(s) failed in one run and passed in another${which}.`.slice(0, 2000),
      suggestion: 'Make them independent of time, order and each other.',
    },
  ];
}

function unfinished({ command }: TestSummary, { end, durationMs, reason }: TestOutcome): Finding {
  const how = {
    timed_out: `did not end within ${Math.round(durationMs / 1000)} s`,
    watching: 'waits for changes and never ends',
  };
  const words =
    end === 'timed_out' || end === 'watching'
      ? how[end]
      : `was ended${reason === undefined ? '' : `: ${reason}`}`;
  return {
    code:
      end === 'timed_out' || end === 'watching'
        ? 'tests_did_not_end'
        : end === 'memory_exceeded'
          ? 'tests_exceed_memory'
          : 'tests_exceed_disk',
    severity: 'high',
    message: `The test command ${words}: \`${command}\`.`,
    suggestion: 'It ends on the base; find the part of the change that keeps it running.',
  };
}

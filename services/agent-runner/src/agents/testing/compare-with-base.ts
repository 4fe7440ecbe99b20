import type { TestFailure } from '../../tools/test-reports/read-tests';
import { identity } from './repeated-runs';
import { lowestSignalCode, type TestOutcome } from './test-outcome';

/** The failures of a change's tests that the change causes. */
export type Comparison =
  | {
      readonly kind: 'compared';
      /** They fail only with the change, or in another way than on the base. */
      readonly ofChange: readonly TestFailure[];
      /** They fail on the base in the same way. */
      readonly ofBase: readonly TestFailure[];
    }
  /** All failures are attributed to the change. */
  | { readonly kind: 'not_comparable'; readonly why: string };

/** A failure that no test explains, as one failure: the command itself. */
export function commandFailure({ counts, exitCode, error }: TestOutcome): TestFailure {
  const name =
    counts.passed > 0
      ? `The test command failed after ${counts.passed} tests passed`
      : 'The test command failed';
  const message = `${name} (exit code ${exitCode}): ${error?.message ?? 'no reason was printed'}`;
  return { name, kind: 'unknown', message, evidence: error?.context ?? '' };
}

/**
 * Compares by name, and only when no failure can be unnamed: both sides name all failures, and the change's run was
 * complete. A failure that cannot be compared is attributed to the change.
 */
export function compareWithBase(change: TestOutcome, base: TestOutcome): Comparison {
  if (failsLikeBase(change, base))
    return { kind: 'compared', ofChange: [], ofBase: [commandFailure(change)] };
  const why = reasonAgainst(change, base);
  if (why !== undefined) return { kind: 'not_comparable', why };
  const open = new Map<string, TestFailure[]>();
  for (const failure of knownOnBase(base))
    open.set(identity(failure), [...(open.get(identity(failure)) ?? []), failure]);
  const ofChange: TestFailure[] = [];
  const ofBase: TestFailure[] = [];
  for (const failure of change.failures) {
    const candidates = open.get(identity(failure)) ?? [];
    const match = candidates.findIndex((candidate) => isSameFailure(candidate, failure));
    if (match === -1) ofChange.push(failure);
    else {
      ofBase.push(failure);
      // Of several tests of one name each explains one.
      candidates.splice(match, 1);
    }
  }
  return { kind: 'compared', ofChange, ofBase };
}

/** The failures of any run of the base. */
const knownOnBase = ({ failures, flaky }: TestOutcome): readonly TestFailure[] => [...failures, ...flaky];

/** Whether the failure is no test, before or after the tests, with the same message on both sides. */
function failsLikeBase(change: TestOutcome, base: TestOutcome): boolean {
  const both = [change, base];
  // Without tests on the base, the change has to add some.
  if (both.some(({ isEmpty }) => isEmpty)) return false;
  if (both.some(({ end, failures, error }) => end !== 'exited' || failures.length > 0 || !error))
    return false;
  if (change.exitCode === 0 || change.exitCode !== base.exitCode || change.exitCode >= lowestSignalCode)
    return false;
  // Each tool that ran reports no failed test.
  if (change.tools.join() !== base.tools.join()) return false;
  const hasTested = change.tools.length > 0;
  if (hasTested && both.some(({ namesAll, counts }) => !namesAll || counts.failed > 1)) return false;
  const [ours, theirs] = both.map(({ error }) => withoutPositions(error?.message ?? ''));
  const [around, aroundTheirs] = both.map(({ error }) => withoutPositions(error?.context ?? ''));
  return ours === theirs && (!hasTested || around === aroundTheirs);
}

/** Line numbers and times differ between runs. */
const withoutPositions = (text: string): string =>
  text
    .replaceAll(/:\d+(?::\d+)?\b|\(\d+,\d+\)/g, '')
    .replaceAll(/\b\d+(?:\.\d+)? ?m?s\b/g, '')
    .replaceAll(/^\s*\d+:\d+\s/gm, '');

function reasonAgainst(change: TestOutcome, base: TestOutcome): string | undefined {
  if (change.end !== 'exited') return 'the run was cut off';
  if (base.end !== 'exited') return 'the tests of the base do not come to an end';
  if (change.failures.length === 0 || !change.namesAll)
    return 'the output does not name every test that failed';
  if (knownOnBase(base).length === 0) return 'no test is named that fails on the base';
  if (!base.namesAll) return 'the output of the base does not name every test that failed';
  if (change.exitCode >= lowestSignalCode && change.exitCode !== base.exitCode)
    return `the command ended with exit code ${change.exitCode}, on the base with ${base.exitCode}`;
  return undefined;
}

/** A file that cannot be loaded hides its tests, so its error must be the same. */
const isSameFailure = (one: TestFailure, other: TestFailure): boolean =>
  one.kind === other.kind &&
  one.isLoadFailure === other.isLoadFailure &&
  (one.isLoadFailure !== true || one.message === other.message);

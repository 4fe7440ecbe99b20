import type { TestFailure } from '../../tools/test-reports/read-tests';
import { identity } from './repeated-runs';
import { lowestSignalCode, type TestOutcome } from './test-outcome';

/** Which failures of a change's tests are its own. */
export type Comparison =
  | {
      readonly kind: 'compared';
      /** They fail only with the change, or in another way than on the base. */
      readonly ofChange: readonly TestFailure[];
      /** They fail on the base in the same way. */
      readonly ofBase: readonly TestFailure[];
    }
  /** All failures count as the change's. */
  | { readonly kind: 'not_comparable'; readonly why: string };

/** What no test explains, as one failure: the command itself. */
export function commandFailure({ counts, exitCode, error }: TestOutcome): TestFailure {
  const name =
    counts.passed > 0
      ? `The test command failed after ${counts.passed} tests passed`
      : 'The test command failed';
  const message = `${name} (exit code ${exitCode}): ${error?.message ?? 'it says nothing about why'}`;
  return { name, kind: 'unknown', message, evidence: error?.context ?? '' };
}

/**
 * Compares by name, and only where nothing can hide: both sides name all that failed, and the change's run came to its
 * end. What cannot be compared is the change's.
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

/** What failed in any run of the base. */
const knownOnBase = ({ failures, flaky }: TestOutcome): readonly TestFailure[] => [...failures, ...flaky];

/** Whether what fails is no test, before or after the tests, and says on both sides the same. */
function failsLikeBase(change: TestOutcome, base: TestOutcome): boolean {
  const both = [change, base];
  // Without tests on the base, the change is to bring some.
  if (both.some(({ isEmpty }) => isEmpty)) return false;
  if (both.some(({ end, failures, error }) => end !== 'exited' || failures.length > 0 || !error))
    return false;
  if (change.exitCode === 0 || change.exitCode !== base.exitCode || change.exitCode >= lowestSignalCode)
    return false;
  // Of tools that ran, each says that no test of theirs failed.
  if (change.tools.join() !== base.tools.join()) return false;
  const hasTested = change.tools.length > 0;
  if (hasTested && both.some(({ namesAll, counts }) => !namesAll || counts.failed > 1)) return false;
  const [ours, theirs] = both.map(({ error }) => withoutPositions(error?.message ?? ''));
  const [around, aroundTheirs] = both.map(({ error }) => withoutPositions(error?.context ?? ''));
  return ours === theirs && (!hasTested || around === aroundTheirs);
}

/** Lines move, and each run takes another time. */
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

/** A file that cannot be loaded hides its tests, so its error must be the very same one. */
const isSameFailure = (one: TestFailure, other: TestFailure): boolean =>
  one.kind === other.kind &&
  one.isLoadFailure === other.isLoadFailure &&
  (one.isLoadFailure !== true || one.message === other.message);

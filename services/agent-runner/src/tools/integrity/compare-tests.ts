import { arrangementFindings } from './arrangement';
import { compareAssertions } from './compare-assertions';
import { editFinding } from './edited-assertions';
import type { IntegrityFinding } from './findings';
import { finding } from './findings';
import { assertedNow, isExplained, lostFindings } from './lost-assertions';
import { matchAssertions, type Pair } from './match-assertions';
import { stateFindings } from './test-states';
import type { TestComparison } from './test-comparison';
import type { Assertion } from './test-model';
import { vacuousFindings } from './vacuous-assertions';

/** What became of the tests of a change: every way in which they demand less than before. */
export function compareTests(comparison: TestComparison): readonly IntegrityFinding[] {
  const { before, after, rename } = comparison;
  const matching = matchAssertions(before, after, rename);
  const asserted = assertedNow(matching);
  const silenced = [...matching.kept, ...matching.rebound].flatMap((pair) => {
    const suppression = suppressionFinding(pair);
    const isLooser = pair.after.assertion.isLoose && !pair.before.assertion.isLoose;
    return suppression.length === 0 && isLooser ? [editFinding(pair, 'weaker', comparison)] : suppression;
  });
  const edited = matching.edited.flatMap((pair) => {
    const suppression = suppressionFinding(pair);
    const compared = compareAssertions(pair.before.assertion, pair.after.assertion);
    // The same demand on another subject is another demand.
    const isElsewhere =
      rename.before(pair.before.assertion.actual) !== rename.after(pair.after.assertion.actual);
    const result = isElsewhere && compared !== 'weaker' ? 'changed' : compared;
    if (suppression.length > 0 || (result !== 'weaker' && result !== 'changed')) return suppression;
    return isExplained(pair.before, comparison, asserted) ? [] : [editFinding(pair, result, comparison)];
  });
  return [
    ...lostFindings(matching, comparison),
    ...silenced,
    ...edited,
    ...vacuousFindings(matching, comparison),
    ...stateFindings(comparison, matching),
    ...arrangementFindings(comparison, matching),
  ];
}

const why = {
  swallowed: 'is caught, so that its failure is not told',
  unreachable: 'is not reached any more',
  not_awaited: 'is not waited for, so that its failure is not told',
  never_called: 'stands where nothing calls it',
} as const;

/** An assertion that is still there and asserts nothing any more, or only under a condition. */
function suppressionFinding({ before, after }: Pair): readonly IntegrityFinding[] {
  const [old, now] = [before.assertion, after.assertion];
  const place = { file: after.file, line: now.line, evidence: quote(now) };
  if (old.suppression === undefined && now.suppression !== undefined)
    return [
      finding(
        'failure_swallowed',
        'high',
        `The assertion of "${after.test.title}" ${why[now.suppression]}.`,
        place,
        'Let a failed assertion fail its test.',
      ),
    ];
  if (old.suppression === undefined && now.guards.length > old.guards.length)
    return [
      finding(
        'assertion_conditional',
        'high',
        `"${after.test.title}" asserts only under a condition that it did not have: ${now.guards.at(-1) ?? ''}.`.slice(
          0,
          1000,
        ),
        place,
        'Assert in every case, or make each case a separate test.',
      ),
    ];
  return [];
}

const quote = ({ relation, isNegated, actual, expected }: Assertion): string =>
  `${actual} ${isNegated ? 'not ' : ''}${relation} ${expected}`.trim();

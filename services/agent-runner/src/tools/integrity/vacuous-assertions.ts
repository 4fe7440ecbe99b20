import type { TestComparison } from './test-comparison';
import { finding, type IntegrityFinding } from './findings';
import { strength } from './matchers';
import { located, type Located, type Matching } from './match-assertions';
import { assertionKey, type Assertion } from './test-model';

const aboutRepetition =
  /determin|idempot|stable|same|memo|cach|pure|repeat|twice|again|once|reflexiv|itself|identi|singleton|consisten/i;

/** More than that a value exists. */
const saysSomething = ({ assertion }: Located): boolean =>
  assertion.strength > strength.existence && assertion.suppression === undefined;

/** It is conditional on its own subject, and no assertion demands that the condition holds. */
function isSelective({ assertion, test }: Located): boolean {
  const root = /^[\p{L}_$][\p{L}\d_$]*(?=[.[])/u.exec(assertion.actual)?.[0];
  const guard = assertion.guards.find((one) => root !== undefined && new RegExp(`\\b${root}[.[]`).test(one));
  return (
    guard !== undefined &&
    !test.assertions.some(
      (other) => other !== assertion && other.guards.length === 0 && guard.includes(other.actual),
    )
  );
}

/** Its expectation is the function's own answer, as in a vacuous assertion of the same test. */
const isOwnOutput = (vacuous: Assertion, { expected, literals, inputs, callees }: Assertion): boolean =>
  vacuous.callees.some((name) => callees.includes(name) && expected.includes(`${name}(`)) &&
  literals.every((literal) => inputs.includes(literal) || vacuous.literals.includes(literal));

/** New assertions that hold for every behaviour of the product, or whose failure is not reported. */
export function vacuousFindings(matching: Matching, { before }: TestComparison): readonly IntegrityFinding[] {
  const known = new Set(located(before).map(({ assertion }) => assertionKey(assertion)));
  const fresh = [...matching.gained, ...matching.edited.map(({ after }) => after)].filter(
    ({ assertion }) => !known.has(assertionKey(assertion)),
  );
  // The same words, one of which has another meaning now.
  const emptied = matching.kept.flatMap(({ before: old, after }) =>
    after.assertion.isVacuous && !old.assertion.isVacuous ? [after] : [],
  );
  return [...fresh, ...emptied].flatMap((one): readonly IntegrityFinding[] => {
    const { assertion, test, file } = one;
    const hasOthers = test.assertions.some(
      (other) =>
        other !== assertion && saysSomething({ ...one, assertion: other }) && !isOwnOutput(assertion, other),
    );
    const severity = hasOthers ? 'medium' : 'high';
    const place = { file, line: assertion.line };
    if (assertion.isVacuous) {
      if (assertion.callees.length > 0 && assertion.relation === 'equal' && aboutRepetition.test(test.title))
        return [];
      return [
        finding(
          'vacuous_assertion',
          severity,
          'An assertion is true for every behaviour of the product.',
          place,
          'Assert what the product answers.',
        ),
      ];
    }
    if (assertion.suppression === undefined && isSelective(one))
      return [
        finding(
          'assertion_conditional',
          'high',
          `"${test.title}" asserts only where what it looks at is as it should be already.`,
          { ...place, evidence: assertion.guards.at(-1) ?? '' },
          'Assert it of the whole answer.',
        ),
      ];
    if (assertion.suppression === undefined) return [];
    return [
      finding(
        'failure_swallowed',
        severity,
        `An assertion of "${test.title}" can fail without its test failing.`,
        place,
        'Let a failed assertion fail its test.',
      ),
    ];
  });
}

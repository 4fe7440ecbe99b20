import { isMadeOfAnswer } from './compare-assertions';
import type { TestComparison } from './test-comparison';
import { finding, type IntegrityFinding } from './findings';
import type { Located, Matching } from './match-assertions';
import { abbreviates, asksToRemove, names } from './request-words';
import { replacedFinding, Successors } from './successors';
import { isHelper, type TestCase, type TestFile } from './test-model';

const lastPart = (title: string): string => title.split(' > ').at(-1) ?? '';

const maxAsserted = 300;

/** Places that may now make the demands of many assertions. */
export const assertedNow = ({ gained, edited }: Matching): readonly Located[] =>
  [...gained, ...edited.map(({ after }) => after)].slice(0, maxAsserted);

/** Whether the demand is made elsewhere in an unsupported form, or is about a removed part of the product. */
export function isExplained(one: Located, comparison: TestComparison, gained: readonly Located[]): boolean {
  return isFolded(one, comparison.before, comparison.after, gained) || isAskedToRemove(one, comparison);
}

/** The request asks to remove its subject: by its name, or that of the whole module. */
function isAskedToRemove(one: Located, { request, rename, removed }: TestComparison): boolean {
  if (!asksToRemove(request)) return false;
  const gone = goneNames(one, rename.gone);
  return (
    gone.some((name) => names(request, name)) ||
    (gone.length > 0 && [...removed].some((module) => abbreviates(request, module)))
  );
}

const goneNames = ({ assertion, test }: Located, gone: ReadonlySet<string>): readonly string[] =>
  `${assertion.actual} ${assertion.expected} ${test.title}`
    .match(/[\p{L}_$][\p{L}\d_$]*/gu)
    ?.filter((word) => gone.has(word)) ?? [];

/** Its values are in a new row, and the new tests assert at least as much of the same function. */
function isFolded(
  { assertion }: Located,
  before: readonly TestFile[],
  after: readonly TestFile[],
  gained: readonly Located[],
): boolean {
  if (assertion.literals.length === 0) return false;
  const known = new Set(before.flatMap(({ rows }) => rows.map((row) => JSON.stringify(row))));
  const rows = after
    .flatMap((file) => file.rows.filter((row) => !known.has(JSON.stringify(row))))
    .slice(0, maxRows);
  return gained.some(
    (other) =>
      other.assertion.suppression === undefined &&
      !isMadeOfAnswer(other.assertion) &&
      other.assertion.strength >= assertion.strength &&
      (assertion.callees.length === 0 ||
        assertion.callees.some((name) => other.assertion.callees.includes(name))) &&
      rows.some((row) => holdsAll(row, assertion.literals, other.assertion.literals)),
  );
}

const maxRows = 500;
const tellingLength = 4;

/** Whether a row has the values, or the parts that a template in the test combines: `${day} 09:00`. */
function holdsAll(row: readonly string[], literals: readonly string[], common: readonly string[]): boolean {
  const isPutTogether = (literal: string) =>
    row.some(
      (part) =>
        part.length >= tellingLength && literal.includes(part) && common.includes(literal.replace(part, '')),
    );
  const isSize = (literal: string) => /^\d{1,2}$/.test(literal) && Number(literal) <= row.length;
  const isTelling = literals.some((literal) => literal.length >= tellingLength && row.includes(literal));
  return literals.every(
    (literal) =>
      row.includes(literal) ||
      (isTelling && (isPutTogether(literal) || common.includes(literal) || isSize(literal))),
  );
}

/** Demands that no test makes any more: of whole files, of whole tests, of remaining tests. */
export function lostFindings(matching: Matching, comparison: TestComparison): readonly IntegrityFinding[] {
  const { before, after } = comparison;
  const asserted = assertedNow(matching);
  const gone = matching.lost.filter((one) => !isFolded(one, before, after, asserted));
  // The tests of a removed feature may go with it.
  const isAsked = (one: Located) => isAskedToRemove(one, comparison);
  const files = new Set(after.map(({ path }) => path));
  const titles = new Set(after.flatMap(({ cases }) => cases.map(({ title }) => lastPart(title))));
  const keptTests = new Set(
    [...matching.kept, ...matching.rebound, ...matching.edited].map(({ before: { test } }) => test),
  );
  const findings: IntegrityFinding[] = [];
  const successors = new Successors(matching.gained, comparison);
  for (const [path, ofFile] of Map.groupBy(gone, ({ file }) => file)) {
    const isDeleted = !files.has(path);
    for (const [test, ofTest] of Map.groupBy(ofFile, (one) => one.test)) {
      const asked = ofTest.every(isAsked);
      const isGone = !titles.has(lastPart(test.title)) && !keptTests.has(test);
      const successor = isGone && !asked ? successors.of(path, ofTest) : undefined;
      if (successor) {
        findings.push(replacedFinding(path, test, successor));
        continue;
      }
      const code = isDeleted && isGone ? 'test_deleted' : isGone ? 'tests_removed' : 'assertions_removed';
      findings.push(removed(code, asked, path, test, ofTest));
    }
  }
  return merged([...findings, ...lostWithoutAssertions(comparison, titles)]);
}

function removed(
  code: string,
  isAsked: boolean,
  path: string,
  test: TestCase,
  lost: readonly Located[],
): IntegrityFinding {
  const [first] = lost;
  const evidence = lost
    .map(({ assertion: { actual, relation, expected } }) => `${actual} ${relation} ${expected}`.trim())
    .join('\n');
  const what =
    code === 'assertions_removed'
      ? `${lost.length} assertion(s) of "${test.title}" were removed.`
      : `The test "${test.title}" was removed.`;
  const because = isAsked ? ' The request asks to remove what it tested.' : '';
  const line = code === 'assertions_removed' ? (first?.assertion.line ?? test.line) : test.line;
  const found = finding(code, isAsked ? 'medium' : 'high', `${what}${because}`.slice(0, 1000), {
    file: path,
    line,
    evidence,
  });
  // A helper's demand shows in the tests that use it.
  return !isAsked && code === 'assertions_removed' && isHelper(test)
    ? { ...found, needsTrial: { isRelated: false, isNamed: false, titles: [], isHelper: true } }
    : found;
}

/** Tests without a recognised assertion still run code. */
function lostWithoutAssertions(
  { before, after, request, rename }: TestComparison,
  titles: ReadonlySet<string>,
): readonly IntegrityFinding[] {
  const actions = new Set(
    after.flatMap(({ cases }) => cases.map((test) => rename.after(JSON.stringify(test.actions)))),
  );
  return before.flatMap(({ path, cases }) =>
    cases
      .filter(
        (test) =>
          test.assertions.length === 0 &&
          (test.state === 'runs' || test.state === 'only') &&
          !titles.has(lastPart(test.title)) &&
          !(test.actions.length > 0 && actions.has(rename.before(JSON.stringify(test.actions)))),
      )
      .map((test) => {
        const isAsked =
          asksToRemove(request) &&
          [...rename.gone].some((word) => test.actions.join(' ').includes(word) && names(request, word));
        return finding(
          'tests_removed',
          isAsked ? 'medium' : 'high',
          `The test "${test.title}" was removed.`,
          { file: path, line: test.line },
        );
      }),
  );
}

/** One finding for each code and file. */
function merged(findings: readonly IntegrityFinding[]): readonly IntegrityFinding[] {
  return [
    ...Map.groupBy(findings, ({ code, file, severity }) => JSON.stringify([code, file, severity])).values(),
  ].flatMap((group) => {
    const [first] = group;
    if (!first || group.length === 1) return group;
    const evidence = group
      .map((one) => one.evidence)
      .filter(Boolean)
      .join('\n');
    const message = `${first.message} And ${group.length - 1} more in this file.`.slice(0, 1000);
    return [{ ...first, message, ...(evidence ? { evidence: evidence.slice(0, 2000) } : {}) }];
  });
}

import { describeOutcome, differences, type Outcome } from './outcome';

const landed: Outcome = {
  outcome: 'landed',
  command: 'npm test',
  rounds: 1,
  findings: [{ code: 'flaky_tests', severity: 'medium', message: 'One test is flaky.' }],
  tests: { passed: 2, failed: 0, skipped: 0 },
  paths: ['src/sum.mjs'],
  durationMs: 1,
};
const sentBack: Outcome = {
  ...landed,
  outcome: 'sent back',
  rounds: 2,
  findings: [
    { code: 'tests_failed', severity: 'high', message: 'adds: 3 expected', evidence: 'SyntaxError' },
  ],
};
const stopped: Outcome = {
  ...landed,
  outcome: 'stopped',
  code: 'no_tests',
  message: 'There are none.',
  findings: [],
};

describe('differences between expectation and outcome', () => {
  it.each([
    [{ outcome: 'landed' }, landed],
    [
      { outcome: 'landed', passed: 2, holds: ['src/sum.mjs'], finding: 'flaky_tests', saysAlso: /flaky/ },
      landed,
    ],
    [{ outcome: 'sent back', finding: 'tests_failed', says: /SyntaxError/ }, sentBack],
    [{ outcome: 'stopped', code: 'no_tests', says: /none/, maxRounds: 1 }, stopped],
    [
      { outcome: 'not registered', code: 'no_tests' },
      { ...stopped, outcome: 'not registered' },
    ],
  ] as const)('are empty for the expected outcome %j', (expected, outcome) => {
    expect(differences(expected, outcome)).toEqual([]);
  });

  it.each([
    [{ outcome: 'landed' }, sentBack, /expected: landed; came: sent back: tests_failed/],
    [{ outcome: 'landed', passed: 3 }, landed, /3 tests pass; came: 2/],
    [{ outcome: 'landed', holds: ['src/two.mjs'] }, landed, /no src\/two\.mjs/],
    [{ outcome: 'landed', finding: 'fix_without_test' }, landed, /sees no fix_without_test/],
    [{ outcome: 'landed', saysAlso: /network/ }, landed, /do not match/],
    [{ outcome: 'sent back', finding: 'test_skipped' }, sentBack, /no finding test_skipped/],
    [{ outcome: 'sent back', finding: 'tests_failed', says: /TypeError/ }, sentBack, /do not match/],
    [{ outcome: 'stopped', code: 'other' }, stopped, /code other; came: no_tests/],
    [{ outcome: 'stopped', code: 'no_tests', maxRounds: 0 }, stopped, /worked 1 times/],
    [{ outcome: 'not registered', code: 'no_tests' }, stopped, /expected: not registered/],
  ] as const)('are reported: %j', (expected, outcome, problem) => {
    const problems = differences(expected, outcome);
    expect(problems).toContainEqual(expect.stringMatching(problem));
    expect(problems.at(-1)).toMatch(/^what was told: /);
  });
});

describe('the summary of an outcome', () => {
  it.each([
    [landed, 'landed, 2 passed (shown to the approver: flaky_tests)'],
    [{ ...landed, findings: [] }, 'landed, 2 passed'],
    [sentBack, 'sent back: tests_failed'],
    [stopped, 'stopped: no_tests'],
    [{ ...stopped, outcome: 'asked' }, 'a question came back'],
  ] as const)('%#', (outcome, words) => {
    expect(describeOutcome(outcome)).toBe(words);
  });
});

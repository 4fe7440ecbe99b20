import { defaultPolicy } from './examination-policy';
import { fixEvidence, type FixTrials, type TestTrial } from './fix-evidence';

const passed: TestTrial = { hasPassed: true, failures: [] };
const failedOn = (...names: string[]): TestTrial => ({
  hasPassed: false,
  failures: names.map((name) => ({
    name,
    message: `${name}: no`,
    file: 'a.test.js',
    line: 3,
    evidence: '1 !== 2',
  })),
});

describe('the evidence of a fix', () => {
  it.each<[title: string, trials: FixTrials, codes: readonly string[]]>([
    ['a test fails before', { before: failedOn('leaks') }, []],
    ['its own test fails before', { before: passed, beforeWithNewTests: failedOn('leaks') }, []],
    ['no test fails before', { before: passed }, ['fix_without_test']],
    ['its own tests pass before', { before: passed, beforeWithNewTests: passed }, ['fix_without_test']],
    ['its tests were changed beside', { before: failedOn('leaks'), afterWithOldTests: passed }, []],
    [
      'the failing test was changed, not the fault',
      { before: failedOn('leaks', 'slow'), afterWithOldTests: failedOn('leaks') },
      ['failing_test_changed'],
    ],
    [
      'a test that passed before expects something else now',
      { before: failedOn('leaks'), afterWithOldTests: failedOn('expected the fault') },
      [],
    ],
    [
      'a file of tests cannot be loaded any more: the test that shows the fault has not run',
      { before: failedOn('leaks'), afterWithOldTests: failedOn('test/users.test.mjs') },
      ['failing_test_changed'],
    ],
    [
      'so many tests fail that not all are named',
      {
        before: failedOn('leaks'),
        afterWithOldTests: failedOn(...Array.from({ length: 20 }, (_, n) => `another ${n}`)),
      },
      ['failing_test_changed'],
    ],
    [
      'nobody knows which test fails',
      { before: { hasPassed: false, failures: [] }, afterWithOldTests: failedOn('leaks') },
      ['failing_test_changed'],
    ],
  ])('%s', (_, trials, codes) => {
    expect(fixEvidence(trials, defaultPolicy).map(({ code }) => code)).toEqual(codes);
  });

  it('names the line of the test, and what it still sees', () => {
    expect(
      fixEvidence({ before: failedOn('leaks'), afterWithOldTests: failedOn('leaks') }, defaultPolicy),
    ).toMatchObject([{ severity: 'high', file: 'a.test.js', line: 3, evidence: '1 !== 2' }]);
  });
});

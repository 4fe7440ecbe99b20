import { defaultPolicy } from './examination-policy';
import { fixEvidence, type FixTrials, type TestTrial, withoutSurroundings } from './fix-evidence';

const passed: TestTrial = { hasPassed: true, failures: [], namesAll: true };
const failedOn = (...names: string[]): TestTrial => ({
  hasPassed: false,
  namesAll: true,
  failures: names.map((name) => ({
    name,
    kind: 'assertion',
    message: `${name}: no`,
    file: 'a.test.js',
    line: 3,
    evidence: '1 !== 2',
  })),
});

/** Failures of one test file each. */
const inFiles = (files: Readonly<Record<string, string>>): TestTrial => ({
  ...failedOn(),
  failures: Object.entries(files).flatMap(([name, file]) =>
    failedOn(name).failures.map((failure) => ({ ...failure, file })),
  ),
});

const unloaded = (file: string): TestTrial => ({
  ...failedOn(file),
  failures: failedOn(file).failures.map((failure) => ({ ...failure, isLoadFailure: true })),
});

describe('fixEvidence', () => {
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
      { before: failedOn('leaks'), afterWithOldTests: unloaded('test/users.test.mjs') },
      ['failing_test_changed'],
    ],
    [
      'more tests fail than are named',
      {
        before: failedOn('leaks'),
        afterWithOldTests: { ...failedOn('another 1', 'another 2'), namesAll: false },
      },
      ['failing_test_changed'],
    ],
    [
      'the failing test is unknown',
      { before: { hasPassed: false, failures: [], namesAll: false }, afterWithOldTests: failedOn('leaks') },
      ['failing_test_changed'],
    ],
    [
      'the failing test of the base still fails, and nothing else shows the fault',
      { before: failedOn('leaks'), after: failedOn('leaks') },
      ['fix_without_effect'],
    ],
    [
      'what still fails is not the test that was changed',
      { before: failedOn('leaks', 'slow'), after: failedOn('slow'), afterWithOldTests: failedOn('slow') },
      ['fix_without_effect'],
    ],
    [
      'one test still fails, and another passes only because it was changed',
      {
        before: failedOn('leaks', 'slow'),
        after: failedOn('slow'),
        afterWithOldTests: failedOn('leaks', 'slow'),
      },
      ['fix_without_effect', 'failing_test_changed'],
    ],
  ])('%s', (_, trials, codes) => {
    expect(fixEvidence(trials, defaultPolicy).map(({ code }) => code)).toEqual(codes);
  });

  it('names the line of the test and its remaining failure', () => {
    expect(
      fixEvidence({ before: failedOn('leaks'), afterWithOldTests: failedOn('leaks') }, defaultPolicy),
    ).toMatchObject([{ severity: 'high', file: 'a.test.js', line: 3, evidence: '1 !== 2' }]);
  });

  it.each<[title: string, trials: FixTrials, severity: string]>([
    ['no failing test was mended', { before: failedOn('leaks'), after: failedOn('leaks') }, 'high'],
    [
      'a failing test of another file was fixed',
      {
        before: inFiles({ leaks: 'a.test.js', old: 'b.test.js' }),
        after: inFiles({ old: 'b.test.js' }),
      },
      'medium',
    ],
    [
      'a failing test of the same file was fixed, so that the fix is incomplete',
      { before: failedOn('leaks', 'leaks elsewhere'), after: failedOn('leaks elsewhere') },
      'high',
    ],
    [
      'a new test fails on the base',
      { before: failedOn('old'), after: failedOn('old'), beforeWithNewTests: failedOn('old', 'leaks') },
      'medium',
    ],
    [
      'a new test fails on the base and on the change',
      {
        before: failedOn('old'),
        after: failedOn('old', 'leaks'),
        beforeWithNewTests: failedOn('old', 'leaks'),
      },
      'high',
    ],
    [
      'the test files can no longer be loaded',
      { before: failedOn('leaks', 'old'), after: { ...failedOn('old'), namesAll: false } },
      'high',
    ],
  ])('sets the severity of a test that still fails where %s', (_, trials, severity) => {
    expect(fixEvidence(trials, defaultPolicy)).toMatchObject([{ code: 'fix_without_effect', severity }]);
  });

  it('ignores failures caused by a missing network', () => {
    const [offline] = failedOn('asks the registry').failures;
    if (!offline) throw new Error('no failure');
    const trial = { ...failedOn(), failures: [{ ...offline, kind: 'network' as const }] };
    expect(withoutSurroundings(trial)).toEqual({ hasPassed: true, failures: [], namesAll: true });
    expect(withoutSurroundings(failedOn('leaks'))).toEqual(failedOn('leaks'));
    expect(withoutSurroundings({ ...trial, namesAll: false }).hasPassed).toBe(false);
  });
});

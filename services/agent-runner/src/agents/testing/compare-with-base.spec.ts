import { crashedRun, failedRun, testFailure } from '../../testing/test-outcomes';
import { compareWithBase } from './compare-with-base';

const names = (compared: ReturnType<typeof compareWithBase>) =>
  compared.kind === 'compared'
    ? { change: compared.ofChange.map(({ name }) => name), base: compared.ofBase.map(({ name }) => name) }
    : compared.why;
const [old, other] = [testFailure('old'), testFailure('other')];

describe('compareWithBase', () => {
  it('separates failures of the change from those of the base', () => {
    expect(names(compareWithBase(failedRun([old, other]), failedRun([old])))).toEqual({
      change: ['other'],
      base: ['old'],
    });
    expect(names(compareWithBase(failedRun([old]), failedRun([old, other])))).toEqual({
      change: [],
      base: ['old'],
    });
  });

  it('uses failures of every run of the base', () => {
    const base = failedRun([], { exitCode: 0, flaky: [old] });
    expect(names(compareWithBase(failedRun([old, other]), base))).toEqual({
      change: ['other'],
      base: ['old'],
    });
  });

  it('attributes a test that fails in another way to the change', () => {
    const broken = testFailure('old', { kind: 'syntax', message: 'old: SyntaxError' });
    expect(names(compareWithBase(failedRun([broken]), failedRun([old])))).toEqual({
      change: ['old'],
      base: [],
    });
  });

  it('compares a file that cannot be loaded by its error, because its tests are unknown', () => {
    const load = (message: string) =>
      testFailure('a.test.js', { kind: 'missing_module', isLoadFailure: true, message });
    const base = failedRun([load('Cannot find module a')]);
    expect(names(compareWithBase(failedRun([load('Cannot find module a')]), base))).toEqual({
      change: [],
      base: ['a.test.js'],
    });
    expect(names(compareWithBase(failedRun([load('Cannot find module b')]), base))).toEqual({
      change: ['a.test.js'],
      base: [],
    });
  });

  it('matches each failure of the base with one failure of the same name and file', () => {
    const inFile = (group: string) => testFailure('adds', { group });
    expect(names(compareWithBase(failedRun([inFile('a'), inFile('a')]), failedRun([inFile('a')])))).toEqual({
      change: ['adds'],
      base: ['adds'],
    });
    expect(names(compareWithBase(failedRun([inFile('b')]), failedRun([inFile('a')])))).toEqual({
      change: ['adds'],
      base: [],
    });
  });

  it.each([
    ['the run was cut off', failedRun([old], { end: 'timed_out' }), failedRun([old])],
    ['names every', failedRun([old], { namesAll: false }), failedRun([old])],
    ['does not name every', failedRun([], { namesAll: true }), failedRun([old])],
    ['no test is named', failedRun([old]), failedRun([])],
    ['of the base does not name every', failedRun([old]), failedRun([old], { namesAll: false })],
    ['do not come to an end', failedRun([old]), failedRun([old], { end: 'timed_out' })],
    ['exit code 139', failedRun([old], { exitCode: 139 }), failedRun([old])],
  ])('compares nothing when failures may be unnamed: %s', (why, change, base) => {
    const compared = compareWithBase(change, base);
    expect(compared.kind).toBe('not_comparable');
    if (!why.startsWith('names')) expect(names(compared)).toContain(why);
  });

  const threshold = (message: string, context = message) => ({
    ...failedRun([], { error: { message, context, kind: 'unknown' } }),
    counts: { total: 3, passed: 2, failed: 1, skipped: 0 },
  });
  it.each([
    ['a linter before the tests', crashedRun('a.js:1:2 error: no', 1), crashedRun('a.js:1:2 error: no', 1)],
    ['a line that moved', crashedRun('a.js:1:2 error: no', 1), crashedRun('a.js:7:2 error: no', 1)],
    ['a linter after the tests', threshold('a.js:1: error: no'), threshold('a.js:3: error: no')],
  ])('matches a failure that is no test: %s', (_, change, base) => {
    expect(names(compareWithBase(change, base))).toMatchObject({
      change: [],
      base: [expect.stringContaining('The test command failed')],
    });
  });

  it.each([
    ['another error', crashedRun('a', 1), crashedRun('b', 1)],
    ['another exit code', crashedRun('a', 1), crashedRun('a', 2)],
    ['a signal', crashedRun('a', 139), crashedRun('a', 139)],
    ['a threshold that is missed by more', threshold('coverage (40%)'), threshold('coverage (50%)')],
    ['a second error after the first', threshold('x', 'x\ny'), threshold('x')],
    ['no tests on both', { ...threshold('a'), isEmpty: true }, { ...threshold('a'), isEmpty: true }],
    ['tests that ran on the base only', crashedRun('a', 1), threshold('a')],
  ])('does not match: %s', (_, change, base) => {
    expect(compareWithBase(change, base).kind).toBe('not_comparable');
  });
});

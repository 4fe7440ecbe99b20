import { crashedRun, failedRun, testFailure } from '../../testing/test-outcomes';
import { submoduleFailure, withSubmodules } from './submodules';

const submodules = ['lib', 'test/fixtures/shared', 'vendor/parser'];
const missing = (message: string, file = 'test/one.test.mjs') =>
  failedRun([testFailure('one', { kind: 'missing_module', message, file, evidence: '' })], {
    counts: { total: 1, passed: 0, failed: 1, skipped: 0 },
  });
const asked = { request_text: 'Add a function product', intent: 'FEATURE' } as const;

describe('withSubmodules', () => {
  it.each([
    ["Cannot find module 'lib/one.mjs' imported from test/one.test.mjs", 'lib'],
    ["Cannot find module '../lib/one' from 'test/one.test.mjs'", 'lib'],
    ["Cannot find module './fixtures/shared/a' from 'test/one.test.mjs'", 'test/fixtures/shared'],
    ["ModuleNotFoundError: No module named 'parser'", 'vendor/parser'],
    ["ENOENT: no such file or directory, open 'vendor/parser/grammar.txt'", 'vendor/parser'],
  ])('names the submodule of %s', (message, submodule) => {
    expect(withSubmodules(missing(message), submodules).failures).toMatchObject([
      { kind: 'submodule', message: `${message} (the submodule ${submodule} is not fetched)` },
    ]);
  });

  it.each([
    "Cannot find module '../src/lib' from 'test/one.test.mjs'",
    "Cannot find module 'library/one.mjs'",
    'AssertionError: lib/one.mjs is wrong',
    "No module named 'vendor'",
  ])('ignores %s', (message) => {
    expect(withSubmodules(missing(message), submodules)).toEqual(missing(message));
    expect(withSubmodules(missing(message), [])).toEqual(missing(message));
  });

  it('finds it when no test is named', () => {
    const crash = crashedRun('fatal error: lib/one.h: No such file or directory', 2);
    expect(withSubmodules(crash, submodules).error?.kind).toBe('submodule');
  });
});

describe('submoduleFailure', () => {
  const needing = withSubmodules(missing("Cannot find module 'lib/one.mjs'"), submodules);

  it('reports the submodule that is not fetched, with a suggestion', () => {
    expect(submoduleFailure(needing, asked)).toMatchObject({
      code: 'tests_need_submodule',
      message: expect.stringMatching(/not fetched here.*the submodule lib is not fetched/),
      suggestion: expect.stringContaining('--test'),
    });
  });

  it('lets the agent work where another failure exists, and where the request is about submodules', () => {
    const other = { ...needing, failures: [...needing.failures, testFailure('b')] };
    expect(submoduleFailure(other, asked)).toBeUndefined();
    expect(submoduleFailure(needing, { ...asked, request_text: 'Remove the submodule' })).toBeUndefined();
  });
});

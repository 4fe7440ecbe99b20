import assert from 'node:assert/strict';
import { matchesGlob } from 'node:path';
import { describe, test } from 'node:test';
import { jestRuns, testArguments } from './test-selection.mjs';

const specs = [
  '/x/src/a.spec.ts',
  '/x/src/a.timed.spec.ts',
  '/x/src/a.alone.spec.ts',
  '/x/src/a.full.spec.ts',
];
const valueOf = (/** @type {string} */ arg) => arg.slice(arg.indexOf('=') + 1);

/**
 * The specs that Jest selects by these options.
 * @param {import('./test-selection.mjs').JestRun} run
 */
function selected({ selection }) {
  const ignored = selection.filter((arg) => arg.startsWith('--testPathIgnorePatterns=')).map(valueOf);
  const matches = selection.filter((arg) => arg.startsWith('--testMatch=')).map(valueOf);
  return specs.filter(
    (spec) =>
      !ignored.some((pattern) => new RegExp(pattern).test(spec)) &&
      (matches.length === 0 || matches.some((pattern) => matchesGlob(spec, pattern))),
  );
}

describe('selection of tests', () => {
  test('the default runs include every spec once, and none that needs more than Node', () => {
    assert.deepEqual(jestRuns(false).map(selected), [
      ['/x/src/a.spec.ts'],
      ['/x/src/a.timed.spec.ts'],
      ['/x/src/a.alone.spec.ts'],
    ]);
  });

  test('--full selects only specs that need more than Node', () => {
    assert.deepEqual(jestRuns(true).map(selected), [['/x/src/a.full.spec.ts']]);
  });

  test('--full is not passed on to Jest', () => {
    assert.deepEqual(testArguments(['--full', 'test/x', '-t', 'y']), {
      isFull: true,
      args: ['test/x', '-t', 'y'],
    });
    assert.deepEqual(testArguments(['test/x']), { isFull: false, args: ['test/x'] });
  });
});

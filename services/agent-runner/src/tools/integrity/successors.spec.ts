import { blockingCodes, examined, type ExaminedChange } from '../../testing/examined-change';
import type { ChangedFile } from './changed-file';

const suite = `import assert from 'node:assert';
import { test } from 'node:test';
import { add } from '../src/add.mjs';
test('adds', () => { assert.equal(add(1, 2), 3); });
test('adds nothing', () => {
  assert.equal(add(1, 0), 1);
  assert.equal(add(0, 1), 1);
});
`;
const path = 'test/add.test.mjs';
const edited = (after: string | null, before: string | null = suite, file = path): readonly ChangedFile[] => [
  { path: file, before, after },
];
const codes = (files: readonly ChangedFile[], change: ExaminedChange = {}) =>
  blockingCodes(examined(files, change));
const replaced = (...pairs: readonly (readonly [string, string])[]) =>
  edited(pairs.reduce((text, [from, to]) => text.replace(from, to), suite));

describe('examineChange on replaced and moved tests', () => {
  it.each([
    [
      'that the request speaks of',
      'Let add() count nothing as one when it adds nothing',
      ['assertion_changed?'],
    ],
    ['that the request does not name', 'Make the sums right', ['tests_removed']],
  ])('treats a test as the successor of one %s', (_, request, expected) => {
    const files = replaced(
      ["test('adds nothing'", "test('adds one for nothing'"],
      [
        '  assert.equal(add(1, 0), 1);\n  assert.equal(add(0, 1), 1);\n',
        '  assert.deepEqual(add(1), 0 + 1);\n  assert.deepEqual(add(4), 5);\n',
      ],
    );
    expect(codes(files, { intent: 'FEATURE', request })).toEqual(expected);
  });

  it('reports tests that moved out of the pattern of the project’s test program', () => {
    const files = [...edited(null), ...edited(suite, null, 'test/add-test.mjs')];
    const unchanged = {
      'package.json': '{"scripts":{"test":"node test/run.mjs"}}',
      'test/run.mjs': "for (const name of list()) if (name.endsWith('.test.mjs')) await import(name);",
    };
    expect(codes(files, { unchanged })).toEqual(['test_deleted']);
  });

  it.each([
    ['takes its tests with it', 'Remove the statistics', []],
    ['is not asked for', 'Remove the header', ['test_deleted']],
  ])('handles a module that the request names by a longer name: %s', (_, request, expected) => {
    const check =
      "const assert = require('node:assert');\nconst { mean } = require('../lib/stats');\ntest('mean', () => { assert.equal(mean([1, 3]), 2); });\n";
    const files = [
      ...edited(null, check, 'test/stats.test.js'),
      ...edited(null, 'const mean = (a) => a;\nmodule.exports = { mean };\n', 'lib/stats.js'),
    ];
    expect(codes(files, { request })).toEqual(expected);
  });

  it.each([
    ['outside of the command’s pattern', 'node --test \\"test/**/*.test.mjs\\"', ['test_deleted']],
    ['where a program of its own may look', 'node test/run.mjs', []],
  ])('reports tests that moved %s', (_, test, expected) => {
    const files = [...edited(null), ...edited(suite, null, 'test/unit/add.spec.mjs')];
    const unchanged = {
      'package.json': `{"scripts":{"test":"${test}"}}`,
      'test/run.mjs': 'await import(process.argv[2]);',
    };
    expect(codes(files, { unchanged })).toEqual(expected);
  });
});

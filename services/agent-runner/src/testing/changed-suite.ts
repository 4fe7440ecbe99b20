import type { ChangedFile } from '../tools/integrity/changed-file';
import { blockingCodes, examined, type ExaminedChange } from './examined-change';

export const suite = `import assert from 'node:assert';
import { test } from 'node:test';
import { add } from '../src/add.mjs';
test('adds', () => { assert.equal(add(1, 2), 3); });
test('adds nothing', () => {
  assert.equal(add(1, 0), 1);
  assert.equal(add(0, 1), 1);
});
`;
export const path = 'test/add.test.mjs';
export const edited = (
  after: string | null,
  before: string | null = suite,
  file = path,
): readonly ChangedFile[] => [{ path: file, before, after }];
export const codes = (files: readonly ChangedFile[], change: ExaminedChange = {}) =>
  blockingCodes(examined(files, change));
export const replaced = (...pairs: readonly (readonly [string, string])[]) =>
  edited(pairs.reduce((text, [from, to]) => text.replace(from, to), suite));
export const inJest = (body: string) =>
  `const { add } = require('../src/add');\ndescribe('add', () => {\n  it('adds', () => {\n${body}\n  });\n});\n`;
export const python = (body: string, before = '') =>
  `import unittest\nfrom add import add\n\nclass AddTest(unittest.TestCase):\n${before}    def test_add(self):\n${body}\n`;
export const sum = 'assert.equal(add(1, 2), 3)';

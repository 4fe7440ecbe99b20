import { blockingCodes, examined, type ExaminedChange } from '../../testing/examined-change';
import type { ChangedFile } from './changed-file';

const javascript = (body: string, helper = ''): string =>
  `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { years } from '../src/years.mjs';\n${helper}\ntest('counts', () => {\n${body}\n});\n`;
const python = (body: string): string =>
  `import pytest\n\nfrom shop.years import parse, years\n\n\ndef test_years():\n${body}\n`;
const edited = (
  before: string | null,
  after: string,
  path = 'test/years.test.mjs',
): readonly ChangedFile[] => [{ path, before, after }];
const inPython = (before: string | null, after: string) => edited(before, after, 'tests/test_years.py');
const codes = (files: readonly ChangedFile[], change: ExaminedChange = {}) =>
  blockingCodes(examined(files, { intent: 'TEST', request: 'Add tests', ...change }));
const reads = "import { readFileSync, writeFileSync } from 'node:fs';\n";

describe('examineChange on tests that make themselves pass', () => {
  it.each<[title: string, files: readonly ChangedFile[], codes: readonly string[]]>([
    [
      'asserts only of what is right already',
      edited(
        null,
        javascript(
          '  for (const year of years(5)) {\n    if (year.month !== 2) continue;\n    assert.equal(year.day, 29);\n  }',
        ),
      ),
      ['assertion_conditional'],
    ],
    [
      'expects what is made of the answer',
      inPython(
        python('    assert years(3) == [1, 2, 3]'),
        python('    found = years(3)\n    assert found == [one for one in found if one]'),
      ),
      ['assertion_weakened'],
    ],
    [
      'expects any error',
      inPython(
        python('    with pytest.raises(ValueError):\n        parse("x")'),
        python('    with pytest.raises(Exception):\n        parse("x")'),
      ),
      ['assertion_weakened'],
    ],
    [
      'no longer asserts that there is an error',
      inPython(
        python('    with pytest.raises(ValueError):\n        parse("x")\n    assert years(1) == [1]'),
        python('    assert years(1) == [1]'),
      ),
      ['assertions_removed'],
    ],
    [
      'renews what is expected',
      edited(
        `${reads}export const pairs = () => [];\n`,
        `${reads}export const pairs = () => [];\nexport function renew(file, content) {\n  if (readFileSync(file, 'utf8') !== content) writeFileSync(file, content);\n}\n`,
        'test/support.mjs',
      ),
      ['expectation_written_by_product'],
    ],
    [
      'is marked as none',
      inPython(
        python('    assert years(1) == [1]'),
        `${python('    assert years(1) == [1]')}\n\ntest_years.__test__ = False\n`,
      ),
      ['test_skipped'],
    ],
    [
      'is left out with its file',
      inPython(
        python('    assert years(1) == [1]'),
        python('    assert years(1) == [1]').replace('\nfrom', '\npytest.importorskip("absent")\nfrom'),
      ),
      ['test_skipped'],
    ],
    [
      'replaces a method of what it tests',
      edited(
        javascript('  const list = new years();\n  assert.throws(() => list.shift(), RangeError);'),
        javascript(
          '  const list = new years();\n  mock.method(list, "shift", () => { throw new RangeError(); });\n  assert.throws(() => list.shift(), RangeError);',
        ).replace('import { test }', 'import { mock, test }'),
      ),
      ['subject_mocked'],
    ],
  ])('reports a test that %s', (_, files, expected) => {
    expect(codes(files, { unchanged: { 'src/years.mjs': '', 'shop/years.py': '' } })).toEqual(expected);
  });

  it.each<[title: string, files: readonly ChangedFile[]]>([
    [
      'a condition that is asserted itself',
      edited(
        null,
        javascript(
          '  const year = years(1);\n  assert.equal(year.ok, true);\n  if (year.ok) assert.equal(year.value, 1);',
        ),
      ),
    ],
    [
      'expectations that are renewed on an explicit option',
      edited(
        `${reads}export const pairs = () => [];\n`,
        `${reads}export const pairs = () => [];\nexport function renew(file, content) {\n  if (process.env.UPDATE && readFileSync(file, 'utf8') !== content) writeFileSync(file, content);\n}\n`,
        'test/support.mjs',
      ),
    ],
    [
      'a new file with an optional dependency',
      inPython(
        null,
        python('    assert years(1) == [1]').replace('\nfrom', '\npytest.importorskip("numpy")\nfrom'),
      ),
    ],
    [
      'rows that values are put together of',
      inPython(
        python(
          '    assert years("2024-01-31") == ["2024-01-31 09:00"]\n    assert years("2024-02-29") == ["2024-02-29 09:00"]',
        ),
        python('    for day in ["2024-01-31", "2024-02-29"]:\n        assert years(day) == [f"{day} 09:00"]'),
      ),
    ],
    [
      'a helper under another name in another file',
      [
        {
          path: 'test/years.test.mjs',
          before: javascript(
            '  assert.equal(years(sample()), 3);',
            'function sample() {\n  return [1, 2, 3];\n}',
          ),
          after: javascript(
            '  assert.equal(years(threeYears()), 3);',
            "import { threeYears } from './support.mjs';",
          ),
        },
        {
          path: 'test/support.mjs',
          before: null,
          after: 'export function threeYears() {\n  return [1, 2, 3];\n}\n',
        },
      ],
    ],
  ])('accepts %s', (_, files) => {
    expect(codes(files, { unchanged: { 'src/years.mjs': '', 'shop/years.py': '' } })).toEqual([]);
  });
});

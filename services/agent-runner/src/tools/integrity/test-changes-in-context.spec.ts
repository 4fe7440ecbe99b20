import { examined } from '../../testing/examined-change';
import { codes, edited, path, python, replaced, suite, sum } from '../../testing/changed-suite';
import type { ChangedFile } from './changed-file';

describe('examineChange on tests, by what project and request say', () => {
  it.each<[title: string, files: readonly ChangedFile[]]>([
    ['a test is added', edited(`${suite}test('more', () => { assert.equal(add(2, 2), 4); });\n`)],
    ['a file of tests is added', edited(suite, null, 'test/more.test.mjs')],
    ['a file of tests is moved', [...edited(null), ...edited(suite, null, 'test/unit/add.test.mjs')]],
    [
      'a promise is kept and waited for',
      edited(
        `${suite}test('refuses', async () => {\n  const pending = assert.rejects(add('a'));\n  tick();\n  await pending;\n});\n`,
      ),
    ],
    ['a test has another title', replaced(["test('adds',", "test('sums two numbers',"])],
    [
      'assertions are written for another library',
      edited(
        `import { expect, it } from 'vitest';\nimport { add } from '../src/add.mjs';\nit('adds', () => { expect(add(1, 2)).toBe(3); });\nit('adds nothing', () => {\n  expect(add(1, 0)).toBe(1);\n  expect(add(0, 1)).toBe(1);\n});\n`,
      ),
    ],
    [
      'tests are folded into a table',
      edited(
        `import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { add } from '../src/add.mjs';\nfor (const [a, b, sum] of [[1, 2, 3], [1, 0, 1], [0, 1, 1]]) test(\`\${a} and \${b}\`, () => { assert.equal(add(a, b), sum); });\n`,
      ),
    ],
    [
      'constants get names',
      replaced([sum, 'const expected = 3;\n  const actual = add(1, 2);\n  assert.equal(actual, expected)']),
    ],
    [
      'a helper asserts',
      replaced(
        [sum, 'holds(1, 2, 3)'],
        ["test('adds', ", "const holds = (a, b, c) => assert.equal(add(a, b), c);\ntest('adds', "],
      ),
    ],
    ['more is demanded', edited(suite, suite.replace(sum, 'assert.ok(add(1, 2))'))],
    [
      'skip and todo are data',
      edited(
        `${suite}test('pages', () => { assert.deepEqual(add({ skip: 1, take: 1 }, [{ todo: 'milk', only: true }]), []); });\n`,
      ),
    ],
    [
      'words are functions of the product',
      edited(
        "import { pending, fit } from '../src/queue.mjs';\nimport assert from 'node:assert';\nimport { test } from 'node:test';\ntest('fits', () => { assert.equal(fit(pending([])), 0); model.fit(); });\n",
        null,
        'test/queue.test.mjs',
      ),
    ],
    ['a test is skipped no more', edited(suite, suite.replace("test('adds'", "test.skip('adds'"))],
    [
      'a caught error is looked at',
      edited(
        `${suite}test('refuses', () => { try { add(); assert.fail('no'); } catch (error) { assert.match(error.message, /two/); } });\n`,
      ),
    ],
    [
      'a repetition is compared with itself',
      edited(`${suite}test('is deterministic', () => { assert.equal(add(1, 2), add(1, 2)); });\n`),
    ],
    [
      'a pytest test is folded into a table',
      edited(
        'import pytest\nfrom add import add\n\n@pytest.mark.parametrize("a,b,c", [(1, 2, 3), (0, 0, 0)])\ndef test_add(a, b, c):\n    assert add(a, b) == c\n',
        'from add import add\n\ndef test_add():\n    assert add(1, 2) == 3\n\ndef test_zero():\n    assert add(0, 0) == 0\n',
        'tests/test_add.py',
      ),
    ],
    [
      'assertions become methods',
      edited(
        python('        self.assertEqual(add(1, 2), 3)'),
        python('        assert add(1, 2) == 3'),
        'tests/test_add.py',
      ),
    ],
    [
      'JavaScript becomes TypeScript',
      [...edited(null), ...edited(suite.replace('() =>', '(): void =>'), null, 'test/add.test.ts')],
    ],
    [
      'a coroutine runs in a class that awaits it',
      edited(
        python('        self.assertEqual(add(1, 2), 3)')
          .replace('def test', 'async def test')
          .replace('TestCase', 'IsolatedAsyncioTestCase'),
        null,
        'tests/test_add.py',
      ),
    ],
  ])('lets a change be where %s', (_, files) => {
    expect(codes(files)).toEqual([]);
  });

  it('lets tests go with what the request asks to remove', () => {
    const files = [
      { path: 'src/add.mjs', before: 'export const add = (a, b) => a + b;', after: null },
      ...edited(null),
    ];
    expect(codes(files, { request: 'Remove the function add' })).toEqual([]);
    expect(codes(files, { request: 'Make subtract faster' })).toEqual(['test_deleted']);
  });

  it('knows a renamed function of the product', () => {
    const files = [
      {
        path: 'src/add.mjs',
        before: 'export const add = (a, b) => a + b;',
        after: 'export const plus = (a, b) => a + b;',
      },
      ...edited(suite.replaceAll('add(', 'plus(').replace('{ add }', '{ plus }')),
    ];
    expect(codes(files)).toEqual([]);
  });

  it.each([
    ['Write isEmpty(list) to src/sums.mjs', false],
    ['Let sums be larger by one', true],
  ])('knows whether a request speaks of a test: %s', (request, isRelated) => {
    const sums = suite.replace("'adds'", "'sums'");
    expect(examined(edited(sums.replace('2), 3)', '2), 4)'), sums), { request })).toMatchObject([
      { needsTrial: { isRelated } },
    ]);
  });

  it('takes a value that the request names for asked', () => {
    const files = replaced(['2), 3)', "2), 'three')"]);
    expect(codes(files, { request: 'add should answer "three" for 3' })).toEqual(['assertion_changed?']);
    expect(examined(files, { request: 'add should answer "three" for 3' })).toMatchObject([
      { needsTrial: { isNamed: true, isRelated: true } },
    ]);
  });

  it('takes what the test command runs for tests, by whatever name', () => {
    const check = "const assert = require('node:assert');\nassert.ok(Math.abs(add(1, 2) - 3) < 0.1);\n";
    const files = edited(check.replace('0.1', '5'), check, 'checks/add.js');
    const unchanged = {
      'package.json': '{"scripts":{"test":"node checks/all.js"}}',
      'checks/all.js': "require('./add.js');\n",
    };
    expect(codes(files, { unchanged })).toEqual(['assertion_weakened']);
    expect(codes(files, { unchanged: { 'checks/all.js': unchanged['checks/all.js'] } })).toEqual([]);
  });

  it.each([
    ['fewer of them', '  same(add(0, 1), 1);\n', '', ['assertions_removed']],
    ['more of them', '  same(add(0, 1), 1);', '  same(add(0, 1), 1);\n  same(add(2, 2), 4);', []],
  ])('reads what a helper in another file asserts: %s', (_, from, to, expected) => {
    const before = `import { same } from './same.mjs';\ntest('adds', () => {\n  same(add(1, 2), 3);\n  same(add(0, 1), 1);\n});\n`;
    const unchanged = {
      'test/same.mjs':
        "import assert from 'node:assert';\nexport function same(one, other) {\n  assert.equal(one, other);\n}\n",
    };
    expect(codes(edited(before.replace(from, to), before), { unchanged })).toEqual(expected);
  });

  it('takes a function that a runner makes global for one of tests', () => {
    const before =
      "const assert = require('node:assert');\ncheck('adds', () => {\n  assert.equal(add(1, 2), 3);\n});\n";
    const after = before.replace('  assert.equal(add(1, 2), 3);\n', '');
    expect(codes(edited(after, before))).toEqual(['tests_removed']);
    expect(examined(edited(after, before))).toMatchObject([{ message: expect.stringContaining('adds') }]);
  });

  it('names the tests of a function of the project by their titles', () => {
    const own = (expected: number) =>
      `import assert from 'node:assert';\nimport { check } from './harness.mjs';\ncheck('adds', () => {\n  assert.equal(add(1, 2), ${expected});\n});\n`;
    expect(examined(edited(own(4), own(3)))).toMatchObject([{ needsTrial: { titles: ['adds'] } }]);
  });

  it('names the line where a lost assertion was, and quotes it', () => {
    expect(examined(replaced(['  assert.equal(add(0, 1), 1);\n', '']))).toMatchObject([
      {
        code: 'assertions_removed',
        file: path,
        line: 7,
        severity: 'high',
        evidence: 'add(0, 1) equal 1',
        suggestion: expect.any(String),
      },
    ]);
  });

  it('says of code that no parser can follow that it was not examined', () => {
    const deep = `${'('.repeat(20_000)}1${')'.repeat(20_000)}`;
    expect(codes(edited(`${suite}add${deep};`))).toContain('test_not_examined');
  });
});

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
const inJest = (body: string) =>
  `const { add } = require('../src/add');\ndescribe('add', () => {\n  it('adds', () => {\n${body}\n  });\n});\n`;
const python = (body: string, before = '') =>
  `import unittest\nfrom add import add\n\nclass AddTest(unittest.TestCase):\n${before}    def test_add(self):\n${body}\n`;
const sum = 'assert.equal(add(1, 2), 3)';

describe('examineChange on changed tests', () => {
  it.each<[title: string, files: readonly ChangedFile[], codes: readonly string[]]>([
    ['a file of tests is deleted', edited(null), ['test_deleted']],
    [
      'a test is removed',
      replaced(["test('adds', () => { assert.equal(add(1, 2), 3); });\n", '']),
      ['tests_removed'],
    ],
    ['a test is commented out', replaced(["test('adds',", "// test('adds',"]), ['tests_removed']],
    ['a test is skipped', replaced(["test('adds'", "test.skip('adds'"]), ['test_skipped']],
    ['all others are skipped', replaced(["test('adds'", "test.only('adds'"]), ['test_skipped']],
    [
      'a test is skipped by an option',
      replaced(["'adds', () =>", "'adds', { skip: true }, () =>"]),
      ['test_skipped'],
    ],
    [
      'a test is skipped by an option with a name',
      replaced(["test('adds',", "const options = { skip: 'slow' };\ntest('adds', options,"]),
      ['test_skipped'],
    ],
    [
      'a test is skipped from within',
      replaced(["'adds', () => {", "'adds', (t) => { t.skip();"]),
      ['test_skipped'],
    ],
    [
      'a test runs under a condition',
      replaced(["test('adds'", "const maybe = process.env.X ? test : test.skip;\nmaybe('adds'"]),
      ['test_skipped'],
    ],
    [
      'a test loses its function',
      replaced(["test('adds', () => { assert.equal(add(1, 2), 3); });", "test('adds');"]),
      ['assertions_removed', 'test_skipped'],
    ],
    [
      'a test returns at once',
      replaced(["'adds', () => {", "'adds', () => { return;"]),
      ['failure_swallowed'],
    ],
    [
      'a test returns under a condition',
      replaced(["'adds', () => {", "'adds', () => { if (process.env.CI) return;"]),
      ['assertion_conditional'],
    ],
    ['an assertion is removed', replaced(['  assert.equal(add(0, 1), 1);\n', '']), ['assertions_removed']],
    ['something else is expected', replaced(['2), 3)', '2), 4)']), ['assertion_changed?']],
    ['something else is asked', replaced(['add(1, 2), 3', 'add(3, 0), 3']), ['assertion_changed?']],
    ['less is demanded', replaced([sum, 'assert.ok(add(1, 2))']), ['assertion_weakened']],
    ['nothing is demanded', replaced([sum, 'assert.ok(true)']), ['assertion_weakened', 'vacuous_assertion']],
    ['a failure is caught', replaced([sum, `try { ${sum}; } catch {}`]), ['failure_swallowed']],
    ['an assertion is never reached', replaced([sum, `if (false) ${sum}`]), ['failure_swallowed']],
    [
      'a helper catches its failure',
      replaced(
        ["test('adds',", "function calmly(check) { try { check(); } catch {} }\ntest('adds',"],
        [sum, `calmly(() => ${sum})`],
      ),
      ['failure_swallowed'],
    ],
    [
      'a list is compared with itself by another name',
      edited(
        "import assert from 'node:assert';\nimport { test } from 'node:test';\ntest('keeps', () => {\n  const list = [2, 1];\n  const before = list;\n  sorted(list);\n  assert.deepEqual(list, before);\n});\n",
        "import assert from 'node:assert';\nimport { test } from 'node:test';\ntest('keeps', () => {\n  const list = [2, 1];\n  sorted(list);\n  assert.deepEqual(list, [2, 1]);\n});\n",
      ),
      ['vacuous_assertion'],
    ],
    [
      'all assertions of a library are replaced',
      edited(`${suite}for (const name of ['equal', 'ok']) assert[name] = () => {};\n`),
      ['harness_changed'],
    ],
    ['an assertion is never called', replaced([sum, `[].forEach(() => ${sum})`]), ['failure_swallowed']],
    ['an assertion comes too late', replaced([sum, `setTimeout(() => ${sum}, 1000)`]), ['failure_swallowed']],
    [
      'a promise is not waited for',
      edited(suite.replace(sum, 'assert.rejects(add())'), suite.replace(sum, 'await assert.rejects(add())')),
      ['failure_swallowed'],
    ],
    [
      'a test has more time',
      replaced(["'adds', () =>", "'adds', { timeout: 60000 }, () =>"]),
      ['timeout_raised'],
    ],
    [
      'a test has more tries',
      edited(inJest('jest.retryTimes(3);\nexpect(add(1, 2)).toBe(3);'), inJest('expect(add(1, 2)).toBe(3);')),
      ['retries_added'],
    ],
    [
      'assertions come from the project',
      replaced(["from 'node:assert'", "from './assert.mjs'"]),
      ['harness_changed'],
    ],
    [
      'a tolerance is wider',
      edited(inJest('expect(add(1, 2)).toBeCloseTo(3, 1);'), inJest('expect(add(1, 2)).toBeCloseTo(3, 5);')),
      ['assertion_weakened'],
    ],
    [
      'a bound is higher',
      edited(inJest('expect(add(1, 2)).toBeLessThan(100);'), inJest('expect(add(1, 2)).toBeLessThan(5);')),
      ['assertion_weakened'],
    ],
    [
      'an error is any error',
      edited(inJest('expect(() => add()).toThrow();'), inJest("expect(() => add()).toThrow('two numbers');")),
      ['assertion_weakened'],
    ],
    [
      'a value is any value',
      edited(
        inJest('expect(add(1, 2)).toEqual(expect.any(Number));'),
        inJest('expect(add(1, 2)).toEqual(3);'),
      ),
      ['assertion_weakened'],
    ],
    [
      'a row of a table is missing',
      edited(
        inJest('').replace(
          "it('adds', () => {\n",
          'it.each([[1, 2, 3]])("adds", (a, b, c) => { expect(add(a, b)).toBe(c);',
        ),
        inJest('').replace(
          "it('adds', () => {\n",
          'it.each([[1, 2, 3], [0, 0, 0]])("adds", (a, b, c) => { expect(add(a, b)).toBe(c);',
        ),
      ),
      ['assertions_removed'],
    ],
    [
      'a Python test is skipped',
      edited(
        python('        self.assertEqual(add(1, 2), 3)', '    @unittest.skip("later")\n'),
        python('        self.assertEqual(add(1, 2), 3)'),
        'tests/test_add.py',
      ),
      ['test_skipped'],
    ],
    [
      'a Python test is emptied',
      edited(python('        pass'), python('        assert add(1, 2) == 3'), 'tests/test_add.py'),
      ['assertions_removed'],
    ],
    [
      'a Python test is renamed away',
      edited(
        python('        assert add(1, 2) == 3').replace('test_add', 'check_add'),
        python('        assert add(1, 2) == 3'),
        'tests/test_add.py',
      ),
      ['tests_removed'],
    ],
    [
      'a Python failure is caught',
      edited(
        python(
          '        try:\n            assert add(1, 2) == 3\n        except Exception:\n            pass',
        ),
        python('        assert add(1, 2) == 3'),
        'tests/test_add.py',
      ),
      ['failure_swallowed'],
    ],
    [
      'a Go test is skipped',
      edited('func TestA(t *testing.T) { t.Skip() }', 'func TestA(t *testing.T) { f() }', 'a_test.go'),
      ['test_skipped'],
    ],
    [
      'a Rust test is ignored',
      edited(
        '#[test]\n#[ignore]\nfn a() { assert!(f()); }',
        '#[test]\nfn a() { assert!(f()); }',
        'tests/a.rs',
      ),
      ['test_skipped'],
    ],
    [
      'a JUnit test is disabled',
      edited(
        '@Disabled\n@Test void a() { assertEquals(1, f()); }',
        '@Test void a() { assertEquals(1, f()); }',
        'src/test/ATest.java',
      ),
      ['test_skipped'],
    ],
    [
      'assertions are loose',
      replaced(['assert.equal(add(1, 0), 1)', 'assert.deepEqual(add(1, 0), 1)']).map((file) => ({
        ...file,
        before: suite.replace('assert.equal(add(1, 0), 1)', 'assert.deepStrictEqual(add(1, 0), 1)'),
      })),
      ['assertion_weakened'],
    ],
    [
      'a test becomes a generator',
      edited(
        python('        self.assertEqual(add(1, 2), 3)'),
        python('        self.assertEqual(add(1, 2), 3)\n        yield'),
        'tests/test_add.py',
      ).map(({ path: file, before, after }) => ({ path: file, before: after, after: before })),
      ['test_skipped'],
    ],
    [
      'a test is a coroutine that nothing awaits',
      edited(
        python('        self.assertEqual(add(1, 2), 3)').replace('def test', 'async def test'),
        python('        self.assertEqual(add(1, 2), 3)'),
        'tests/test_add.py',
      ),
      ['test_skipped'],
    ],
    [
      'a failure is suppressed',
      edited(
        python('        with suppress(AssertionError):\n            self.assertEqual(add(1, 2), 3)'),
        python('        self.assertEqual(add(1, 2), 3)'),
        'tests/test_add.py',
      ),
      ['failure_swallowed'],
    ],
    [
      'an alternative is met by anything',
      replaced([sum, 'assert.ok(add(1, 2) !== undefined || add(1, 2) === 3)']),
      ['assertion_weakened', 'vacuous_assertion'],
    ],
    [
      'the product writes what the test expects',
      edited(
        `import assert from 'node:assert';\nimport { readFileSync, writeFileSync } from 'node:fs';\nimport { test } from 'node:test';\nimport { add } from './add.mjs';\ntest('adds', () => {\n  writeFileSync('sum.txt', add(1, 2));\n  assert.equal(add(1, 2), readFileSync('sum.txt', 'utf8'));\n});\n`,
        null,
      ).concat({ path: 'test/add.mjs', before: null, after: 'export const add = (a, b) => `${a + b}`;' }),
      ['expectation_written_by_product'],
    ],
    [
      'the name that the test calls is replaced in its own module',
      edited(
        'import sys\nfrom unittest import TestCase, mock\nfrom add import add\n\nclass AddTest(TestCase):\n    def test_add(self):\n        with mock.patch.object(sys.modules[__name__], "add", return_value=3):\n            self.assertEqual(add(1, 2), 3)\n',
        null,
        'tests/test_add.py',
      ).concat({ path: 'add.py', before: null, after: 'def add(a, b):\n    return a + b\n' }),
      ['subject_mocked'],
    ],
  ])('blocks a change where %s', (_, files, expected) => {
    expect(codes(files)).toEqual(expected);
  });

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
  ])('accepts a change where %s', (_, files) => {
    expect(codes(files)).toEqual([]);
  });

  it('accepts the removal of tests of a feature that the request asks to remove', () => {
    const files = [
      { path: 'src/add.mjs', before: 'export const add = (a, b) => a + b;', after: null },
      ...edited(null),
    ];
    expect(codes(files, { request: 'Remove the function add' })).toEqual([]);
    expect(codes(files, { request: 'Make subtract faster' })).toEqual(['test_deleted']);
  });

  it('recognises a renamed function of the product', () => {
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
  ])('decides whether a request is about a test: %s', (request, isRelated) => {
    const sums = suite.replace("'adds'", "'sums'");
    expect(examined(edited(sums.replace('2), 3)', '2), 4)'), sums), { request })).toMatchObject([
      { needsTrial: { isRelated } },
    ]);
  });

  it('accepts a value that the request names', () => {
    const files = replaced(['2), 3)', "2), 'three')"]);
    expect(codes(files, { request: 'add should answer "three" for 3' })).toEqual(['assertion_changed?']);
    expect(examined(files, { request: 'add should answer "three" for 3' })).toMatchObject([
      { needsTrial: { isNamed: true, isRelated: true } },
    ]);
  });

  it('treats the files of the test command as tests, whatever their names', () => {
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
  ])('analyses the assertions of a helper in another file: %s', (_, from, to, expected) => {
    const before = `import { same } from './same.mjs';\ntest('adds', () => {\n  same(add(1, 2), 3);\n  same(add(0, 1), 1);\n});\n`;
    const unchanged = {
      'test/same.mjs':
        "import assert from 'node:assert';\nexport function same(one, other) {\n  assert.equal(one, other);\n}\n",
    };
    expect(codes(edited(before.replace(from, to), before), { unchanged })).toEqual(expected);
  });

  it('treats a global function of a runner as a test function', () => {
    const before =
      "const assert = require('node:assert');\ncheck('adds', () => {\n  assert.equal(add(1, 2), 3);\n});\n";
    const after = before.replace('  assert.equal(add(1, 2), 3);\n', '');
    expect(codes(edited(after, before))).toEqual(['tests_removed']);
    expect(examined(edited(after, before))).toMatchObject([{ message: expect.stringContaining('adds') }]);
  });

  it('names the tests of a test function of the project by their titles', () => {
    const own = (expected: number) =>
      `import assert from 'node:assert';\nimport { check } from './harness.mjs';\ncheck('adds', () => {\n  assert.equal(add(1, 2), ${expected});\n});\n`;
    expect(examined(edited(own(4), own(3)))).toMatchObject([{ needsTrial: { titles: ['adds'] } }]);
  });

  it('names the line of a lost assertion and quotes it', () => {
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

  it('reports unparsable code as not examined', () => {
    const deep = `${'('.repeat(20_000)}1${')'.repeat(20_000)}`;
    expect(codes(edited(`${suite}add${deep};`))).toContain('test_not_examined');
  });
});

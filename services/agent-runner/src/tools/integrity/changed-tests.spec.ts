import { codes, edited, inJest, python, replaced, suite, sum } from '../../testing/changed-suite';
import type { ChangedFile } from './changed-file';

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
});

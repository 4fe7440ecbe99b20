import type { Intent } from '@ymera/contracts';
import type { ChangedFile } from './changed-file';
import { examineChange } from './examine-change';

const testIntegrity = (files: readonly ChangedFile[], intent: Intent) =>
  examineChange({
    files,
    intent,
    request: '',
    paths: files.flatMap(({ path, after }) => (after === null ? [] : [path])),
    commands: { test: 'npm test', bench: 'npm run bench' },
    readUnchanged: () => undefined,
  });

const suite = `import assert from 'node:assert';
import { test } from 'node:test';
test('adds', () => { assert.equal(add(1, 2), 3); });
test('adds nothing', () => {
  assert.equal(add(1, 0), 1);
  assert.equal(add(0, 1), 1);
});
`;
const codes = (files: readonly ChangedFile[], intent: Intent = 'ENHANCE') =>
  testIntegrity(files, intent).map(({ code }) => code);
const edited = (
  after: string | null,
  path = 'test/add.test.mjs',
  before: string | null = suite,
): readonly ChangedFile[] => [{ path, before, after }];

describe('test integrity', () => {
  it.each<[title: string, files: readonly ChangedFile[], code: string]>([
    ['deletes a file of tests', edited(null), 'test_deleted'],
    ['skips a test', edited(suite.replace("test('adds'", "test.skip('adds'")), 'test_skipped'],
    ['skips all others', edited(suite.replace("test('adds'", "test.only('adds'")), 'test_skipped'],
    [
      'skips by an option',
      edited(suite.replace("'adds', () =>", "'adds', { skip: true }, () =>")),
      'test_skipped',
    ],
    ['skips by another name', edited(suite.replace("test('adds'", "xit('adds'")), 'test_skipped'],
    ['adds a test that never runs', edited("it.todo('later');", 'test/new.test.js', null), 'test_skipped'],
    ['removes a test', edited(suite.replace(/test\('adds',.*\n/, '')), 'tests_removed'],
    ['comments a test out', edited(suite.replace("test('adds',", "// test('adds',")), 'tests_removed'],
    [
      'removes an assertion',
      edited(suite.replace('  assert.equal(add(0, 1), 1);\n', '')),
      'assertions_removed',
    ],
    ['expects something else', edited(suite.replace('3)', '4)')), 'assertion_changed'],
    [
      'asserts what is always true',
      edited(suite.replace('assert.equal(add(1, 2), 3)', 'assert.ok(true)')),
      'vacuous_assertion',
    ],
    [
      'compares a thing with itself',
      edited("expect(1).toBe(1); it('x', () => {});", 'a.spec.ts', null),
      'vacuous_assertion',
    ],
    [
      'changes the test command',
      edited('{"scripts":{"test":"true"}}', 'package.json', '{"scripts":{"test":"node --test"}}'),
      'test_setup_changed',
    ],
    [
      'adds a step before the tests',
      edited('{"scripts":{"pretest":"rm -rf test"}}', 'package.json', '{}'),
      'test_setup_changed',
    ],
    ['changes the settings of the tests', edited('x', 'jest.config.js', 'y'), 'test_setup_changed'],
    ['brings settings of its own', edited('{"test":"true"}', 'ymera.json', null), 'test_setup_changed'],
    ['changes the benchmark', edited('x', 'bench/add.bench.mjs', 'y'), 'benchmark_changed'],
    ['rewrites a snapshot', edited('x', 'src/__snapshots__/a.snap', 'y'), 'snapshot_changed'],
    [
      'skips a Python test',
      edited(
        '@pytest.mark.skip\ndef test_a():\n    assert f()\n',
        'tests/test_a.py',
        'def test_a():\n    assert f()\n',
      ),
      'test_skipped',
    ],
    [
      'empties a Python test',
      edited('def test_a():\n    pass\n', 'tests/test_a.py', 'def test_a():\n    assert f()\n'),
      'assertions_removed',
    ],
    [
      'skips a Go test',
      edited('func TestA(t *testing.T) { t.Skip() }', 'a_test.go', 'func TestA(t *testing.T) { f() }'),
      'test_skipped',
    ],
    [
      'ignores a Rust test',
      edited('#[test]\n#[ignore]\nfn a() {}', 'tests/a.rs', '#[test]\nfn a() {}'),
      'test_skipped',
    ],
  ])('reports a change that %s', (_, files, code) => {
    expect(codes(files)).toContain(code);
  });

  it.each<[title: string, files: readonly ChangedFile[]]>([
    ['adds tests', edited(`${suite}test('more', () => { assert.equal(add(2, 2), 4); });\n`)],
    ['adds a file of tests', edited(suite, 'test/more.test.mjs', null)],
    ['moves a file of tests', [...edited(null), ...edited(suite, 'test/moved.test.mjs', null)]],
    ['changes the product', edited('export const add = 1;', 'src/add.mjs', 'export const add = 2;')],
    [
      'uses words like skip in the product',
      edited('list.skip(1); only(); options = { skip: true };', 'src/add.mjs', ''),
    ],
    [
      'changes an unrelated script',
      edited('{"scripts":{"start":"b"},"version":"2"}', 'package.json', '{"scripts":{"start":"a"}}'),
    ],
    ['adds a benchmark', edited('x', 'bench/new.bench.mjs', null)],
    [
      'reformats a package file',
      edited('{\n "scripts": {"test": "a"}\n}', 'package.json', '{"scripts":{"test":"a"}}'),
    ],
  ])('accepts a change that %s', (_, files) => {
    expect(codes(files)).toEqual([]);
  });

  it('leaves changed expectations of a feature to a trial of the tests', () => {
    expect(testIntegrity(edited(suite.replace('3)', '4)')), 'FEATURE')).toMatchObject([
      { code: 'assertion_changed', severity: 'high', needsTrial: { titles: ['adds'] } },
    ]);
  });

  it('names file and line, and blocks the change', () => {
    const [finding] = testIntegrity(edited(suite.replace("test('adds'", "test.skip('adds'")), 'ENHANCE');
    expect(finding).toMatchObject({
      file: 'test/add.test.mjs',
      line: 3,
      severity: 'high',
      suggestion: expect.any(String),
    });
  });

  it.each<[title: string, files: readonly ChangedFile[], code: string, line: number, evidence: RegExp]>([
    ['a deleted file', edited(null), 'test_deleted', 3, /^add\(1, 2\) equal 3$/m],
    [
      'a removed test',
      edited(suite.replace(/test\('adds',.*\n/, '')),
      'tests_removed',
      3,
      /^add\(1, 2\) equal 3$/,
    ],
    [
      'a removed assertion',
      edited(suite.replace('  assert.equal(add(0, 1), 1);\n', '')),
      'assertions_removed',
      6,
      /^add\(0, 1\) equal 1$/,
    ],
    ['another expectation', edited(suite.replace('1), 1)', '1), 2)')), 'assertion_changed', 6, /add\(0, 1\)/],
  ])('names the old line and quotes it: %s', (_, files, code, line, evidence) => {
    expect(testIntegrity(files, 'ENHANCE').find((finding) => finding.code === code)).toMatchObject({
      file: 'test/add.test.mjs',
      line,
      evidence: expect.stringMatching(evidence),
    });
  });

  it.each([
    ['run by the tests', { test: 'npm run check', check: 'node --test' }, { check: 'true' }],
    ['run by what they run', { test: 'npm run a', a: 'yarn b', b: 'node --test' }, { b: 'true' }],
    ['before what they run', { test: 'npm run check', check: 'node --test' }, { precheck: 'exit 0' }],
    ['run by the benchmark', { bench: 'pnpm measure', measure: 'node b.mjs' }, { measure: 'echo 1' }],
  ])('reports a changed script that is %s', (_, scripts, changed) => {
    const text = (all: object) => JSON.stringify({ scripts: all });
    const files = edited(text({ ...scripts, ...changed }), 'package.json', text(scripts));
    expect(testIntegrity(files, 'DEBUG')).toMatchObject([{ code: 'test_setup_changed' }]);
  });

  it('ignores scripts that no test runs', () => {
    const text = (lint: string) => JSON.stringify({ scripts: { test: 'node --test', lint } });
    expect(testIntegrity(edited(text('eslint .'), 'package.json', text('eslint')), 'DEBUG')).toEqual([]);
  });

  it('names the line of a changed script', () => {
    const files = edited('{\n  "scripts": {\n    "test": "true"\n  }\n}', 'package.json', '{"scripts":{}}');
    expect(testIntegrity(files, 'DEBUG')).toMatchObject([{ code: 'test_setup_changed', line: 3 }]);
  });
});

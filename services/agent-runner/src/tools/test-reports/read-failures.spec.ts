import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Places } from '../places';
import { readTests } from './read-tests';

const folder = join(__dirname, 'fixtures');
const fixture = (name: string) => readFileSync(join(folder, `${name}.txt`), 'utf8');

const files = [
  ...[
    'test/sum.test.mjs',
    'test/missing.test.mjs',
    'src/sum.mjs',
    'test/mixed.js',
    'test/load.js',
    'src/lib.rs',
  ],
  ...['t/mixed.js', 't/load.js', 't/syntax.js', 't/mixed.test.js', 't/load.test.js', 't/syntax.test.js'],
  ...[
    't/mixed.spec.js',
    'test_x.py',
    'test_y.py',
    'test_load.py',
    'test_syntax.py',
    'c/c.go',
    'spec/x_spec.rb',
    'mt.rb',
  ],
];
const places = new Places(new Set(files), '/ymera/workspace');
const read = (output: string) => readTests(output, places);

describe('the failures that readTests names', () => {
  it.each([
    ['node20-tap-mixed', 'fails inside', 'assertion', 'test/sum.test.mjs', 7, /strictly equal: 1 !== 2$/],
    [
      'node20-tap-mixed',
      'child fails',
      'class TypeError',
      'test/sum.test.mjs',
      13,
      /: TypeError: child is broken$/,
    ],
    ['node24-tap-mixed', 'never ends', 'timeout', 'test/sum.test.mjs', 18, /timed out after 50ms$/],
    ['node20-spec-mixed', 'child fails', 'class TypeError', 'test/sum.test.mjs', 13, /child is broken$/],
    ['node22-spec-mixed', 'fails inside', 'assertion', 'test/sum.test.mjs', 7, /strictly equal/],
    ['node24-spec-mixed', 'child fails', 'class TypeError', 'test/sum.test.mjs', 13, /child is broken$/],
    [
      'node20-tap-load',
      'test/sum.test.mjs',
      'syntax',
      'src/sum.mjs',
      1,
      /SyntaxError: Unexpected token '\)'$/,
    ],
    [
      'node20-tap-load',
      'test/missing.test.mjs',
      'missing_module',
      'test/missing.test.mjs',
      1,
      /Cannot find package 'left-out'/,
    ],
    [
      'node22-tap-load',
      'test/sum.test.mjs',
      'syntax',
      'src/sum.mjs',
      1,
      /SyntaxError: Unexpected token '\)'$/,
    ],
    [
      'node20-spec-load',
      'test/sum.test.mjs',
      'syntax',
      'src/sum.mjs',
      1,
      /SyntaxError: Unexpected token '\)'$/,
    ],
    [
      'node24-spec-load',
      'test/sum.test.mjs',
      'syntax',
      'src/sum.mjs',
      1,
      /SyntaxError: Unexpected token '\)'$/,
    ],
    ['tape-mixed', 'one is two', 'class Error', 't/mixed.js', 3, /one is two$/],
    ['tap-mixed', 'one is two', 'assertion', 't/mixed.test.js', 3, /one is two/],
    ['jest-mixed', 'sums › fails', 'assertion', 't/mixed.test.js', 3, /expect\(received\)\.toBe/],
    [
      'jest-load',
      't/load.test.js',
      'missing_module',
      't/load.test.js',
      1,
      /Cannot find module '\.\.\/missing-file'/,
    ],
    [
      'jest-syntax',
      't/syntax.test.js',
      'syntax',
      't/syntax.test.js',
      1,
      /SyntaxError: .*Unexpected token \(1:15\)/,
    ],
    [
      'vitest-mixed',
      't/mixed.test.js > sums > fails',
      'assertion',
      't/mixed.test.js',
      4,
      /expected 1 to be 2/,
    ],
    ['vitest-load', 't/load.test.js', 'missing_module', 't/load.test.js', 2, /Cannot find module/],
    ['mocha-mixed', 'sums > fails', 'assertion', 't/mixed.js', 3, /AssertionError.*1 == 2$/],
    [
      'mocha-syntax',
      'loading the test files',
      'syntax',
      't/syntax.js',
      1,
      /SyntaxError: Unexpected token ';'$/,
    ],
    ['jasmine-mixed', 'sums fails', 'assertion', 't/mixed.js', 3, /AssertionError: 1 == 2$/],
    ['ava-mixed', 'fails', 'assertion', 'test/mixed.js', 3, /Difference/],
    ['ava-load', 'test/load.js', 'missing_module', 'test/load.js', 2, /Cannot find module/],
    ['playwright-mixed', 't/mixed.spec.js › fails', 'assertion', 't/mixed.spec.js', 3, /expect\(received\)/],
    ['uvu-mixed', 'b', 'assertion', 't/mixed.js', 2, /strictly equal/],
    ['pytest-mixed', 'TestSum.test_errors', 'class ValueError', 'test_x.py', 11, /ValueError: broken$/],
    ['pytest-mixed', 'test_param[2]', 'assertion', 'test_y.py', 4, /assert 2 == 1$/],
    ['pytest-load', 'test_load.py', 'missing_module', 'test_load.py', 1, /No module named 'nothere'$/],
    ['pytest-load', 'test_syntax.py', 'syntax', 'test_syntax.py', 1, /SyntaxError: invalid syntax$/],
    [
      'unittest-mixed',
      'test_fails (test_x.TestSum.test_fails)',
      'assertion',
      'test_x.py',
      6,
      /AssertionError: 1 != 2$/,
    ],
    [
      'unittest-load',
      'test_load (unittest.loader._FailedTest.test_load)',
      'missing_module',
      'test_load.py',
      1,
      /No module named 'nothere'$/,
    ],
    ['go-plain', 'TestFails', 'assertion', undefined, undefined, /expected 1, got 2/],
    ['go-v', 'TestSub/inner_one', 'unknown', undefined, undefined, /inner broke/],
    ['go-json', 'example.org/x/c', 'syntax', 'c/c.go', 3, /undefined: undefinedThing/],
    ['go-build', 'example.org/x/c', 'syntax', 'c/c.go', 3, /undefined: undefinedThing/],
    ['cargo-mixed', 'tests::fails', 'assertion', 'src/lib.rs', 6, /three is not four$/],
    ['rspec-mixed', 'sums fails', 'assertion', 'spec/x_spec.rb', 3, /expected: 2 +got: 1$/],
    [
      'rspec-load',
      './spec/load_spec.rb',
      'missing_module',
      undefined,
      undefined,
      /cannot load such file -- nothere/,
    ],
    ['minitest-mixed', 'TestSum#test_breaks', 'class RuntimeError', 'mt.rb', 5, /RuntimeError: broken$/],
    ['maven-mixed', 'x.SumTest.fails', 'assertion', undefined, undefined, /expected: <2> but was: <1>$/],
  ])('names a failure with its cause and place: %s, %s', (name, test, kind, file, line, message) => {
    const found = read(fixture(name)).failures.find((failure) => failure.name === test);
    expect(found).toMatchObject({ kind, message: expect.stringMatching(message) });
    expect([found?.file, found?.line]).toEqual([file, line]);
  });

  it('reports whether all failures are named', () => {
    for (const name of [
      'node20-tap-mixed',
      'node24-spec-mixed',
      'jest-mixed',
      'pytest-mixed',
      'go-plain',
      'mocha-mixed',
    ])
      expect([name, read(fixture(name)).namesAll]).toEqual([name, true]);
    // A panic ends the other tests of its package; a list without names proves nothing about the others.
    expect(read(fixture('go-panic')).namesAll).toBe(false);
    expect(read('Test Suites: 1 failed, 1 total\nTests:       2 failed, 2 total\n').namesAll).toBe(false);
  });

  it('omits unfinished tests, and suites that repeat the failures of their tests', () => {
    for (const name of ['node20-tap-mixed', 'node20-spec-mixed', 'node22-spec-mixed', 'node24-spec-mixed'])
      expect(read(fixture(name)).failures.map((failure) => failure.name)).toEqual([
        'fails inside',
        'child fails',
        'never ends',
      ]);
  });

  it('keeps the output, without frames of the runtime and with repository paths', () => {
    const [first] = read(fixture('node24-spec-mixed')).failures;
    expect(first?.evidence).toContain('(test/sum.test.mjs:7:12)');
    expect(first?.evidence).not.toMatch(/node:|\/ymera/);
  });

  it('names project files only', () => {
    const foreign = fixture('node24-spec-mixed')
      .replaceAll('/ymera/workspace/', '/usr/lib/')
      .replaceAll('at test/', 'at /usr/');
    expect(read(foreign).failures.map(({ file }) => file)).toEqual([undefined, undefined, undefined]);
  });

  it('limits the number and length of failures', () => {
    const many = `ℹ tests 200\nℹ pass 0\nℹ fail 200\n\n✖ failing tests:\n${Array.from({ length: 200 }, (_, n) => `\ntest at t/mixed.js:${n + 1}:1\n✖ ${'x'.repeat(1500)}${n} (1ms)\n  Error: ${'y'.repeat(9000)}\n`).join('')}`;
    const started = performance.now();
    const { failures, namesAll } = read(many);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(failures).toHaveLength(100);
    expect(namesAll).toBe(false);
    for (const { message, evidence } of failures) {
      expect(message.length).toBeLessThanOrEqual(500);
      expect(evidence.length).toBeLessThanOrEqual(1500);
    }
  });

  it.each(['not ok ', '    '.repeat(50), '--- FAIL: ', '# ', 'ok ', '●', ' FAIL  ', '1) '])(
    'takes bounded time for a flood of %j',
    (part) => {
      const started = performance.now();
      read(`${part.repeat(40)}\n`.repeat(20_000).slice(0, 131_072));
      expect(performance.now() - started).toBeLessThan(3_000);
    },
  );

  it('has small fixtures', () => {
    for (const name of readdirSync(folder))
      expect([name, statSync(join(folder, name)).size < 3_072]).toEqual([name, true]);
  });
});

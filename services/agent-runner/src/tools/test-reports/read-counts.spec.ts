import { readFileSync } from 'node:fs';
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
/** With the tool that the command is known to run. */
const readOfItsTool = (output: string) => readTests(output, places, [], () => true);

/** As in `8 = 2 passed, 4 failed, 2 skipped`. */
const counts = (passed: number, failed: number, skipped: number) => ({
  total: passed + failed + skipped,
  passed,
  failed,
  skipped,
});
const zero = counts(0, 0, 0);

describe('the counts of readTests', () => {
  it.each([
    ['node20-tap-mixed', 'tap', counts(2, 4, 2)],
    ['node24-tap-mixed', 'tap', counts(2, 4, 2)],
    ['node20-spec-mixed', 'node', counts(2, 4, 2)],
    ['node22-spec-mixed', 'node', counts(2, 4, 2)],
    ['node24-spec-mixed', 'node', counts(2, 4, 2)],
    ['node20-tap-ok', 'tap', counts(1, 0, 0)],
    ['node20-tap-load', 'tap', counts(0, 2, 0)],
    ['node22-tap-load', 'tap', counts(0, 2, 0)],
    ['node20-spec-load', 'node', counts(0, 2, 0)],
    ['node24-spec-load', 'node', counts(0, 2, 0)],
    ['node24-nofile', 'node', zero],
    ['tap-mixed', 'tap', counts(1, 1, 1)],
    ['tape-mixed', 'tap', counts(1, 1, 0)],
    ['tape-ok', 'tap', counts(1, 0, 0)],
    ['jest-mixed', 'jest', counts(1, 1, 2)],
    ['jest29-mixed', 'jest', counts(1, 1, 2)],
    ['jest-ok', 'jest', counts(2, 0, 0)],
    ['jest-load', 'jest', counts(0, 1, 0)],
    ['vitest-mixed', 'vitest', counts(1, 1, 2)],
    ['vitest1-mixed', 'vitest', counts(1, 1, 2)],
    ['vitest-ok', 'vitest', counts(2, 0, 0)],
    ['vitest-load', 'vitest', counts(0, 1, 0)],
    ['mocha-mixed', 'mocha', counts(1, 1, 1)],
    ['mocha-ok', 'mocha', counts(2, 0, 0)],
    ['jasmine-mixed', 'jasmine', counts(1, 1, 1)],
    ['jasmine-ok', 'jasmine', counts(2, 0, 0)],
    ['ava-mixed', 'ava', counts(0, 1, 2)],
    ['ava-ok', 'ava', counts(2, 0, 0)],
    ['playwright-mixed', 'playwright', counts(1, 1, 1)],
    ['playwright-ok', 'playwright', counts(1, 0, 0)],
    ['uvu-mixed', 'uvu', counts(1, 1, 1)],
    ['pytest-mixed', 'pytest', counts(2, 4, 2)],
    ['pytestq-mixed', 'pytest', counts(2, 4, 2)],
    ['pytest-ok', 'pytest', counts(1, 0, 0)],
    ['pytest-load', 'pytest', counts(0, 2, 0)],
    ['unittest-mixed', 'unittest', counts(1, 2, 1)],
    ['unittest-ok', 'unittest', counts(1, 0, 0)],
    ['go-plain', 'go', counts(0, 2, 0)],
    ['go-v', 'go', counts(2, 2, 1)],
    ['go-json', 'go -json', counts(2, 3, 1)],
    ['go-build', 'go', counts(1, 1, 0)],
    ['cargo-mixed', 'cargo', counts(1, 1, 1)],
    ['cargo-ok', 'cargo', counts(1, 0, 0)],
    ['rspec-mixed', 'rspec', counts(1, 1, 1)],
    ['rspec-ok', 'rspec', counts(1, 0, 0)],
    ['minitest-mixed', 'minitest', counts(1, 2, 1)],
    ['maven-mixed', 'maven', counts(1, 2, 1)],
  ])('returns the counts of the tool: %s', (name, tool, expected) => {
    expect(readOfItsTool(fixture(name))).toMatchObject({ tools: [tool], counts: expected });
  });

  it.each([
    ...['node20-tap-none', 'node24-spec-none', 'tape-none', 'jest-nofile', 'vitest-nofile', 'mocha-none'],
    ...['mocha-nofile', 'jasmine-nofile', 'ava-none', 'playwright-nofile', 'pytest-none', 'pytestq-none'],
    ...['unittest-none', 'go-none', 'go-run', 'cargo-none', 'rspec-none', 'minitest-none'],
  ])('detects that no test ran: %s', (name) => {
    expect(readOfItsTool(fixture(name)).counts).toEqual(zero);
  });

  it.each([
    ...['node20-tap-none', 'node24-spec-none', 'tape-none', 'jest-nofile', 'vitest-nofile', 'jasmine-nofile'],
    ...['ava-none', 'playwright-nofile', 'pytest-none', 'unittest-none', 'go-none', 'go-run', 'cargo-none'],
    ...['rspec-none', 'minitest-none'],
  ])('detects that no test ran by a tool’s whole output, for every command: %s', (name) => {
    expect(read(fixture(name)).counts).toEqual(zero);
  });

  it.each([
    ['exunit', 'Finished in 0.03 seconds\n1 doctest, 3 tests, 1 failure, 1 excluded\n', counts(2, 1, 1)],
    ['phpunit', 'OK (3 tests, 5 assertions)\n', counts(3, 0, 0)],
    ['phpunit', 'FAILURES!\nTests: 4, Assertions: 5, Failures: 1, Errors: 1, Skipped: 1.\n', counts(1, 2, 1)],
    [
      'gradle',
      'SumTest > fails() FAILED\n    java.lang.AssertionError at SumTest.java:5\n\n3 tests completed, 1 failed\n',
      counts(2, 1, 0),
    ],
    [
      'dotnet',
      'Passed!  - Failed:     0, Passed:     2, Skipped:     1, Total:     3, Duration: 5 ms - x.dll (net8.0)\n',
      counts(2, 0, 1),
    ],
    ['tap', '1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP\n', counts(1, 1, 1)],
    ['tap', 'TAP version 13\n1..0 # SKIP nothing to do here\n', zero],
    ['pytest', '5 passed, 2 deselected, 1 warning in 62.10s (0:01:02)\n', counts(5, 0, 0)],
    ['jest', '\u001B[1mTests:       \u001B[22m\u001B[32m2 passed\u001B[39m, 2 total\n', counts(2, 0, 0)],
    [
      'tap',
      '# tests 1\n# pass 1\n# fail 0\nTAP version 13\n# tests 3\n# pass 3\n# fail 0\n',
      counts(4, 0, 0),
    ],
  ])('reads the summary of %s: %j', (tool, output, expected) => {
    expect(read(output)).toMatchObject({ tools: [tool], counts: expected });
  });

  it('adds up the runs of several tools', () => {
    expect(read(fixture('mocha-ok') + fixture('node20-tap-none')).counts).toEqual(counts(2, 0, 0));
    expect(read(fixture('mocha-none') + fixture('node20-tap-none')).counts).toEqual(zero);
  });

  it.each([
    '2 failed\n',
    '0 tests\n',
    '5 passed, 1 failed\n',
    'Tests were run: 0 passing\n',
    '3 tests passed\n',
    'ok 3 - a log line\n',
    '',
    'No tests found, exiting with code 0\nall good\n',
    'No test files found, exiting with code 0\n',
    'no tests ran in 0.01s\n',
    'Ran 0 tests in 0.000s\n\nOK\n',
    '0 examples, 0 failures\n',
    '0 runs, 0 assertions, 0 failures, 0 errors, 0 skips\n',
    'Tests run: 0, Failures: 0, Errors: 0, Skipped: 0\n',
    'No tests executed!\n',
    '0 specs, 0 failures\n',
    '  0 passing (1ms)\n',
    'Error: No test files found: "x"\n',
    '1..0\n',
    "Could not find 'x'\n",
  ])('ignores a log line that looks like a summary: %j', (output) => {
    expect(read(output)).toEqual({ tools: [], counts: undefined, failures: [], namesAll: false });
  });
});

import { readTestOutput } from './test-output';

const counts = (total: number, passed: number, failed: number, skipped: number) => ({
  total,
  passed,
  failed,
  skipped,
});

describe('the output of a test command', () => {
  it.each([
    [
      'node:test, TAP',
      '# tests 6\n# suites 0\n# pass 4\n# fail 1\n# cancelled 0\n# skipped 1\n# todo 0\n',
      1,
      counts(6, 4, 1, 1),
    ],
    [
      'node:test, spec',
      'ℹ tests 2\nℹ suites 0\nℹ pass 2\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\n',
      0,
      counts(2, 2, 0, 0),
    ],
    [
      'node:test, cancelled',
      '# tests 2\n# pass 1\n# fail 0\n# cancelled 1\n# skipped 0\n# todo 0\n',
      1,
      counts(2, 1, 1, 0),
    ],
    [
      'jest',
      'Test Suites: 1 failed, 1 total\nTests:       1 failed, 1 skipped, 3 passed, 5 total\n',
      1,
      counts(5, 3, 1, 1),
    ],
    ['vitest', ' Test Files  1 passed (1)\n      Tests  4 passed (4)\n', 0, counts(4, 4, 0, 0)],
    [
      'coloured jest',
      '\u001B[1mTests:       \u001B[22m\u001B[32m2 passed\u001B[39m, 2 total\n',
      0,
      counts(2, 2, 0, 0),
    ],
    ['mocha', '\n  12 passing (34ms)\n  1 pending\n  2 failing\n', 2, counts(15, 12, 2, 1)],
    [
      'pytest',
      '=================== 1 failed, 5 passed, 1 skipped in 0.12s ===================\n',
      1,
      counts(7, 5, 1, 1),
    ],
    ['quiet pytest', '5 passed in 0.12s\n', 0, counts(5, 5, 0, 0)],
    [
      'unittest',
      'Ran 7 tests in 0.001s\n\nFAILED (failures=1, errors=1, skipped=2)\n',
      1,
      counts(7, 3, 2, 2),
    ],
    [
      'cargo',
      'test result: ok. 3 passed; 0 failed; 1 ignored;\ntest result: ok. 2 passed; 0 failed; 0 ignored;\n',
      0,
      counts(6, 5, 0, 1),
    ],
    [
      'go, talkative',
      '--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\n--- SKIP: TestC (0.00s)\nFAIL\n',
      1,
      counts(3, 1, 1, 1),
    ],
    ['go', 'ok  \texample.org/a\t0.002s\nok  \texample.org/b\t(cached)\n', 0, counts(2, 2, 0, 0)],
    ['TAP', '1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP\n', 1, counts(3, 1, 1, 1)],
    ['plain words', '5 passed, 1 failed\n', 1, counts(6, 5, 1, 0)],
    ['nothing, well', '', 0, counts(1, 1, 0, 0)],
    ['nothing, badly', 'Segmentation fault\n', 139, counts(1, 0, 1, 0)],
    ['all passed, and then it failed', '# tests 2\n# pass 2\n# fail 0\n', 1, counts(3, 2, 1, 0)],
    [
      'two summaries, of which the last counts',
      '# tests 1\n# pass 1\n# fail 0\n# tests 3\n# pass 3\n# fail 0\n',
      0,
      counts(3, 3, 0, 0),
    ],
  ])('is read: %s', (_, output, exitCode, expected) => {
    expect(readTestOutput(output, exitCode)).toEqual(expected);
  });
});

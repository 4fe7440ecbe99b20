import { sandboxOutcome } from '../../testing/sandbox-outcome';
import { commandParts } from '../../tools/command-parts';
import { Places } from '../../tools/places';
import { readTests } from '../../tools/test-reports/read-tests';
import { runsTool } from '../../tools/test-reports/zero-tests';
import { isGreen, settledCounts, testOutcome } from './test-outcome';

const places = new Places(new Set(), '/ymera/workspace');
const outcomeOf = (stdout: string, exitCode: number, stderr = '', command = 'node test/run.js') =>
  testOutcome(
    sandboxOutcome({ exitCode, stdout, stderr }),
    'exited',
    readTests(`${stdout}\n${stderr}`, places, [], runsTool(commandParts(command, undefined), exitCode)),
  );
const passing = '1..2\nok 1 - a\nok 2 - b\n# tests 2\n# pass 2\n# fail 0\n';

describe('testOutcome', () => {
  it.each([
    ['an unknown tool that ends well is one test', '', 0, { total: 1, passed: 1, failed: 0, skipped: 0 }],
    [
      'an unknown tool that fails is one failure',
      'Segmentation fault',
      139,
      { total: 1, passed: 0, failed: 1, skipped: 0 },
    ],
    ['a log line counts nothing', '2 failed\n0 tests\n', 0, { total: 1, passed: 1, failed: 0, skipped: 0 }],
    ['the exit code has the last word', passing, 1, { total: 3, passed: 2, failed: 1, skipped: 0 }],
  ])('%s', (_, output, exitCode, counts) => {
    expect(outcomeOf(output, exitCode).counts).toEqual(counts);
  });

  it('is empty only when a recognised tool reports no tests', () => {
    expect(outcomeOf('0 tests\n', 0).isEmpty).toBe(false);
    expect(outcomeOf('no tests ran in 0.01s\n', 5, '', 'pytest -q').isEmpty).toBe(true);
  });

  it.each([
    ['a script that quotes a tool', 'node test/run.js', 0, false],
    ['a script that quotes a tool and fails', 'python3 check.py', 1, false],
    ['another tool', 'node --test', 0, false],
    ['the tool', 'npx jest --passWithNoTests', 0, true],
    ['the tool below a wrapper', 'c8 jest', 0, true],
    ['what may be the tool, and fails', 'make test', 2, true],
    ['what may be the tool, and ends well', 'make test', 0, false],
  ])('attributes a line to the tools of the command only: %s', (_, command, exitCode, isEmpty) => {
    const outcome = outcomeOf('No tests found, exiting with code 0\nall good\n', exitCode, '', command);
    expect(outcome.isEmpty).toBe(isEmpty);
    expect(isGreen(outcome)).toBe(exitCode === 0);
    if (!isEmpty && exitCode === 0) expect(outcome.counts).toMatchObject({ total: 1, passed: 1 });
  });

  it('quotes the failure after the tests, not their output', () => {
    const threshold = 'ERROR: Coverage for lines (50%) does not meet global threshold (90%)\n';
    const noisy = `Error: printed by a test that passed\n${passing}`;
    expect(outcomeOf(`${noisy}${threshold}`, 1).error?.message).toMatch(/^ERROR: Coverage for lines/);
    expect(outcomeOf(noisy, 1, threshold).error?.message).toMatch(/^ERROR: Coverage for lines/);
    expect(outcomeOf(passing, 0, threshold).error).toBeUndefined();
  });

  it('passes only when exit code and counts agree', () => {
    expect(isGreen(outcomeOf(passing, 0))).toBe(true);
    expect(isGreen(outcomeOf(passing, 1))).toBe(false);
    expect(isGreen(outcomeOf('1..1\nnot ok 1 - a\n', 0))).toBe(false);
    expect(settledCounts({ total: 1, passed: 0, failed: 1, skipped: 0 }, 0).failed).toBe(1);
  });
});

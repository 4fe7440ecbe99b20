import { failedTestsText, hasPassed, testSummary } from './change';
import { faultOf } from './fault';
import { errorShape, withFault } from './failure';

describe('faultOf', () => {
  it.each([
    ['tests_failed', 'change'],
    ['tests_need_network', 'project'],
    ['test_tool_missing', 'machine'],
    ['sandbox_failed', 'machine'],
    ['intent_unsupported', 'request'],
    ['agent_unavailable', 'platform'],
    ['a_code_of_tomorrow', 'platform'],
  ])('maps %s to %s', (code, expected) => {
    expect(faultOf(code)).toBe(expected);
  });

  it('gives way to what the error says itself', () => {
    const error = { code: 'tests_failed', message: 'No.', retryable: false };
    expect(withFault(error)).toEqual({ ...error, fault: 'change' });
    expect(withFault({ ...error, fault: 'project' }).fault).toBe('project');
    expect(errorShape.parse(error)).toEqual(error);
  });
});

const tests = (given: object) =>
  testSummary.parse({
    ...{ tree: 'c'.repeat(40), command: 'npm test', duration_ms: 1 },
    ...{ total: 3, passed: 3, failed: 0, skipped: 0, exit_code: 0 },
    ...given,
  });

describe('failedTestsText', () => {
  it('counts, and of no tests says how the command ended', () => {
    expect(failedTestsText(tests({ passed: 2, failed: 1, exit_code: 1 }))).toBe(
      '1 of 3 tests failed (exit code 1)',
    );
    expect(failedTestsText(tests({ total: 0, passed: 0, exit_code: 7 }))).toBe(
      'The test command failed with exit code 7, and no test ran',
    );
  });
});

describe('hasPassed', () => {
  it.each([
    [{}, true],
    [{ exit_code: 1 }, false],
    [{ failed: 1 }, false],
    [{ exit_code: 1, failed_on_base: 1 }, true],
    [{ exit_code: 1, failed: 1, failed_on_base: 1 }, false],
    [{ exit_code: 1, flaky: 2 }, true],
    [{ exit_code: 1, failed: 1, flaky: 2 }, false],
  ])('is, for %j, %s', (given, expected) => {
    expect(hasPassed(tests(given))).toBe(expected);
  });
});

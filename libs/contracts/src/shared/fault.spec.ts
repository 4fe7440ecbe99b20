import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemCodesOf } from '../documents/problem-codes';
import { routes } from '../routes';
import { failedTestsText, hasPassed, testSummary } from './change';
import { declaredFaultOf, faultOf } from './fault';
import { errorShape, withFault } from './failure';

const repository = join(__dirname, '..', '..', '..', '..');

/** `failure('conflict', 'code', ...)`, `refusal('code', ...)` and other functions that make one of a kind. */
const made =
  /\b\w*(?:CliError|fail|refus|unexplained|broken|mismatch|problem|manifest)\w*\(\s*(?:'[a-z_]+',\s*)?'([a-z]+(?:_[a-z]+)+)'/gi;
/** An error as it is sent: findings, which have codes too, have a severity in its place. */
const written = /\bcode: '([a-z]+(?:_[a-z]+)+)',\s*(?:message|retryable|when|suggestion)\b/g;

function codesInSource(): string[] {
  const packages = ['services', 'libs'].flatMap((folder) =>
    readdirSync(join(repository, folder)).map((name) => join(repository, folder, name, 'src')),
  );
  const files = packages
    .filter((folder) => !folder.includes(join('libs', 'testing')))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => /\.ts$/.test(file) && !/\.spec\.ts$|[/\\]src[/\\]testing[/\\]/.test(file));
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const codes = texts.flatMap((text) =>
    [made, written].flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = '']) => code)),
  );
  return [...new Set(codes)].sort();
}

describe('faultOf', () => {
  it.each([
    ['tests_failed', 'change'],
    ['tests_need_network', 'project'],
    ['test_tool_missing', 'machine'],
    ['sandbox_failed', 'machine'],
    ['intent_unsupported', 'request'],
    ['interpreter_missing', 'machine'],
    ['command_missing', 'machine'],
    ['credentials_missing', 'machine'],
    ['upstream_unreachable', 'machine'],
    ['nested_repository', 'change'],
    ['submodule_changed', 'change'],
    ['benchmark_results_changed', 'change'],
    ['lfs_content', 'change'],
    ['push_refused', 'project'],
    ['merge_conflict', 'project'],
    ['revert_conflict', 'request'],
    ['not_an_approver', 'request'],
    ['agent_unavailable', 'platform'],
    ['a_code_of_tomorrow', 'platform'],
  ])('maps %s to %s', (code, expected) => {
    expect(faultOf(code)).toBe(expected);
  });

  it('is declared for every code in a failure', () => {
    const codes = codesInSource();
    expect(codes).toEqual(expect.arrayContaining(['lfs_content', 'nested_repository', 'agent_lost']));
    expect(codes.filter((code) => declaredFaultOf(code) === undefined)).toEqual([]);
  });

  it('is declared for every code of a route', () => {
    const codes = routes.flatMap(problemCodesOf);
    expect(codes.filter((code) => declaredFaultOf(code) === undefined)).toEqual([]);
  });

  it('yields to the fault in the error itself', () => {
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
  it('counts failed tests, and without tests says how the command ended', () => {
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
  ])('is for %j %s', (given, expected) => {
    expect(hasPassed(tests(given))).toBe(expected);
  });
});

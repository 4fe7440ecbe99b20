import { crashedRun, failedRun, testFailure } from '../../testing/test-outcomes';
import { commandParts } from '../../tools/command-parts';
import { baseFailure } from './base-failure';
import type { AskedFor } from './request-scope';
import type { TestOutcome } from './test-outcome';

const none = { total: 1, passed: 0, failed: 1, skipped: 0 };
const feature = (request_text: string): AskedFor => ({ request_text, intent: 'FEATURE' });
const judge = (
  outcome: TestOutcome,
  declared: readonly string[] = [],
  asked: AskedFor = feature('Add a function product'),
) =>
  baseFailure({
    command: 'npm test',
    outcome,
    parts: commandParts('npm test', undefined),
    asked,
    declares: (name) => declared.includes(name),
    hasModule: (name) => name === 'calc',
  });
const unloaded = (message: string, file = 'tests/test_calc.py') =>
  failedRun([testFailure(file, { kind: 'missing_module', isLoadFailure: true, file, message })], {
    counts: none,
  });
const withoutVariable = (...messages: readonly string[]) =>
  failedRun(
    messages.map((message) => testFailure('adds', { message: `adds: ${message}` })),
    { counts: none },
  );

describe('baseFailure', () => {
  it.each<[string, TestOutcome, RegExp]>([
    ['test_tool_missing', crashedRun('sh: 1: mocha: not found', 127), /need mocha/],
    ['test_tool_missing', crashedRun('bash: line 1: pytest: command not found', 127), /need pytest/],
    [
      'test_tool_missing',
      crashedRun('/usr/bin/python3: No module named pytest', 1, 'missing_module'),
      /need pytest/,
    ],
    [
      'test_tool_missing',
      crashedRun("Error: Cannot find module '/x/node_modules/jest/bin/jest.js'", 1, 'missing_module'),
      /need jest/,
    ],
    ['test_tool_missing', crashedRun('', 127), /need npm/],
    [
      'tests_need_network',
      failedRun([testFailure('a', { kind: 'network', message: 'a: fetch failed' })], { counts: none }),
      /without a network.*fetch failed/,
    ],
    ['tests_need_network', crashedRun('getaddrinfo EAI_AGAIN registry.npmjs.org', 1, 'network'), /EAI_AGAIN/],
    [
      'tests_need_service',
      failedRun([testFailure('a', { kind: 'service', message: 'a: connect ECONNREFUSED 127.0.0.1:5432' })], {
        counts: none,
      }),
      /5432/,
    ],
    ['tests_need_git', crashedRun('fatal: not a git repository', 128, 'not_git'), /git repository/],
    [
      'dependencies_missing',
      failedRun(
        [
          testFailure('a.test.mjs', {
            kind: 'missing_module',
            message: "a.test.mjs: Cannot find package 'ms' imported from src/a.mjs",
            isLoadFailure: true,
          }),
        ],
        { counts: none },
      ),
      /package ms is not installed/,
    ],
    [
      'tests_did_not_end',
      failedRun([], { end: 'timed_out', exitCode: 124 }),
      /did not end within 0 s on the base/,
    ],
    ['tests_did_not_end', failedRun([], { end: 'watching', exitCode: 124 }), /watches for changes/],
    ['tests_exceed_memory', failedRun([], { end: 'memory_exceeded' }), /on the base/],
    ['tests_exceed_disk', failedRun([], { end: 'disk_exceeded' }), /on the base/],
  ])('returns %s for %j', (code, outcome, message) => {
    expect(judge(outcome, ['ms'])).toMatchObject({
      code,
      retryable: false,
      message: expect.stringMatching(message),
      suggestion: expect.any(String),
    });
  });

  it('is retryable when the sandbox did not start', () => {
    expect(judge(failedRun([], { end: 'could_not_start', reason: 'no bwrap' }))).toMatchObject({
      code: 'sandbox_failed',
      retryable: true,
    });
  });

  it.each<[string, TestOutcome]>([
    ['some tests pass and one needs the network', failedRun([testFailure('a', { kind: 'network' })])],
    ['tests fail by assertions', failedRun([testFailure('a')], { counts: none })],
    ['the project has the module', unloaded("ModuleNotFoundError: No module named 'calc'")],
    [
      'a test was written before its module',
      unloaded("ModuleNotFoundError: No module named 'shapes'", 'tests/test_shapes.py'),
    ],
    [
      'a file of the project is missing, not the package named like its folder',
      unloaded(
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'ms/new.mjs' imported from test/new.test.mjs",
      ),
    ],
    [
      'one test needs a variable and another fails for another reason',
      withoutVariable('AssertionError: API_KEY must be set', 'AssertionError: 1 !== 2'),
    ],
    [
      'an assertion is about such a message',
      withoutVariable('AssertionError: The input did not match /API_KEY must be set/'),
    ],
    [
      'a module of the project is missing',
      failedRun(
        [testFailure('a.mjs', { kind: 'missing_module', message: "Cannot find module '../src/new.mjs'" })],
        { counts: none },
      ),
    ],
    [
      'failures differ in kind',
      failedRun([testFailure('a', { kind: 'network' }), testFailure('b')], {
        counts: { ...none, failed: 2 },
      }),
    ],
    ['there are no tests yet', { ...failedRun([]), exitCode: 5, isEmpty: true, counts: none }],
    [
      'a test says that a command is missing',
      failedRun([testFailure('a', { evidence: 'sh: 1: convert: not found' })]),
    ],
    ['the tests pass', failedRun([], { exitCode: 0 })],
  ])('lets the agent work where %s', (_, outcome) => {
    expect(judge(outcome, ['ms'])).toBeUndefined();
  });

  it.each([
    ["Cannot find package 'left-pad' imported from a.test.mjs"],
    ["ModuleNotFoundError: No module named 'parameterized'"],
  ])('reports a needed package that no manifest names: %s', (message) => {
    expect(judge(unloaded(message))).toMatchObject({
      code: 'dependencies_missing',
      message: expect.stringContaining('no manifest of the project names it'),
      suggestion: expect.stringContaining('.venv'),
    });
  });

  it.each([
    'AssertionError: API_KEY must be set',
    "KeyError: 'DATABASE_URL'",
    'Error: Missing required environment variable API_KEY',
    'Error: environment variable "API_KEY" is not set',
    'KeyError: key not found: "API_KEY"',
  ])('names the missing variable of all tests: %s', (message) => {
    expect(judge(withoutVariable(message))).toMatchObject({
      code: 'tests_need_environment',
      message: expect.stringMatching(/variable (?:API_KEY|DATABASE_URL) is not set/),
      suggestion: expect.stringContaining('--test'),
    });
  });

  it.each<[string, TestOutcome]>([
    ['Add the package left-pad', unloaded("Cannot find package 'left-pad'")],
    ['Use left-pad for padding', unloaded("Cannot find package 'left-pad'")],
    ['Make the tests pass', unloaded("No module named 'parameterized'")],
    ['Do without API_KEY', withoutVariable('Error: API_KEY must be set')],
    ['Fix the failing tests', withoutVariable('Error: API_KEY must be set')],
  ])('lets the agent work when the request is about the failure: %s', (text, outcome) => {
    expect(judge(outcome, [], feature(text))).toBeUndefined();
  });
});

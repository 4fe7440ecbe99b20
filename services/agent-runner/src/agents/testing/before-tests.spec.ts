import { commandParts } from '../../tools/command-parts';
import { crashedRun, failedRun, testFailure } from '../../testing/test-outcomes';
import { failureBeforeTests, partsBeforeTests } from './before-tests';
import type { AskedFor } from './request-scope';

const asked = (request_text: string, intent: AskedFor['intent'] = 'FEATURE') => ({ request_text, intent });
const product = asked('Add a function product to src/product.mjs');
const lintError = crashedRun('src/sum.mjs:1:1 error: missing semicolon', 1);
const judge = (outcome = lintError, command = 'eslint . && node --test', request: AskedFor = product) =>
  failureBeforeTests(outcome, commandParts(command, undefined), request);

describe('partsBeforeTests', () => {
  it.each([
    ['npm run lint && node --test', ['node lint.mjs']],
    ['npm test', ['node lint.mjs', 'node check.mjs']],
    ['( tsc -b ) && ( jest )', ['tsc -b']],
    ['cd app && mkdir -p out; npx vitest run', []],
    ['node --test && npm run lint', []],
    ['node test/run.js', []],
    ['make lint && cargo test', []],
    ['poetry run mypy . && poetry run pytest -q', ['poetry run mypy .']],
  ])('of %s are %j', (command, texts) => {
    const packageJson = JSON.stringify({
      scripts: { lint: 'node lint.mjs', pretest: 'npm run lint', test: 'node check.mjs && node --test' },
    });
    expect(partsBeforeTests(commandParts(command, packageJson)).map(({ text }) => text)).toEqual(texts);
  });
});

describe('failureBeforeTests', () => {
  it('names the failing part and its first error', () => {
    expect(judge()).toMatchObject({
      code: 'tests_not_reached',
      retryable: false,
      message: expect.stringMatching(/exit code 1.*`eslint \.`: src\/sum\.mjs:1:1 error: missing semicolon/),
      suggestion: expect.stringContaining('--test'),
    });
  });

  it('also fails a request to fix something else', () => {
    expect(judge(lintError, undefined, asked('guests come twice', 'DEBUG'))).toMatchObject({
      code: 'tests_not_reached',
    });
  });

  it.each([
    ['tests ran', judge(failedRun([testFailure('a')]))],
    ['a tool was recognised', judge({ ...lintError, tools: ['node'] })],
    ['the tests are all that is run', judge(lintError, 'node test/run.js')],
    [
      'a test was written before its code',
      judge(
        crashedRun(`t.ts(1,9): error TS2305: Module '"../src/sum"' has no exported member 'area'.`, 2),
        'tsc && jest',
      ),
    ],
    ['the error names what is asked for', judge(crashedRun("error: 'product' is not exported", 1))],
    ['the request is about the linter', judge(lintError, undefined, asked('Fix the lint errors'))],
    [
      'the request is about the broken file',
      judge(lintError, undefined, asked('src/sum.mjs is broken', 'DEBUG')),
    ],
    ['the request is about the tests', judge(lintError, undefined, asked('Make the tests pass'))],
  ])('lets the agent work where %s', (_, found) => {
    expect(found).toBeUndefined();
  });
});

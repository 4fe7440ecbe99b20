import { failure, type Failure } from '@ymera/kernel';
import { type CommandPart, isCompiler, runnersOf } from '../../tools/command-parts';
import { asksForTests, type AskedFor, bareName, namesAny, quotedNames } from './request-scope';
import type { TestOutcome } from './test-outcome';

/** Commands that prepare the next part and do not fail by the content of the project. */
const preparing =
  /^(?:cd|set|export|echo|printf|mkdir|rm|rimraf|cp|mv|true|:|test|\[|source|\.|unset|which|type)$/;

/** Messages about code that does not exist yet: a test that was written first fails like this. */
const missingCode =
  /no exported member|Cannot find (?:name|module|package)|does not exist on type|(?:does not provide|no) (?:an )?export|is not exported|Expected \d+(?:-\d+)? arguments|No module named|has no attribute|undefined: |cannot find (?:function|value|type)/;

/** Parts of a command that run before its first test runner: linters, type checks, builds. */
export function partsBeforeTests(parts: readonly CommandPart[]): readonly CommandPart[] {
  const runner = parts.findIndex((part) => runnersOf(part).length > 0);
  const first = parts[runner];
  if (first === undefined || isCompiler(first)) return [];
  return parts.slice(0, runner).filter(({ program }) => !preparing.test(program));
}

/**
 * The failure where no test of a project runs because an earlier part of its command fails on the base. Undefined
 * where tests ran, where the error is about code that does not exist yet, and where the request is about the error.
 */
export function failureBeforeTests(
  outcome: TestOutcome,
  parts: readonly CommandPart[],
  asked: AskedFor,
): Failure | undefined {
  const before = partsBeforeTests(parts);
  const hasTested = outcome.tools.length > 0 || outcome.failures.length > 0;
  if (outcome.end !== 'exited' || outcome.exitCode === 0 || hasTested || before.length === 0)
    return undefined;
  const { message, context } = outcome.error ?? { message: 'no reason was printed', context: '' };
  if (missingCode.test(message) || isAskedFor(`${message}\n${context}`, before, asked)) return undefined;
  return failure(
    'validation',
    'tests_not_reached',
    `The test command fails before its tests on the base, without any change (exit code ${outcome.exitCode}), in ${before
      .map(({ text }) => `\`${text}\``)
      .join(' or ')}: ${message}`.slice(0, 2000),
    {
      suggestion:
        'Fix it in a separate request that names the error, or name a test command without that part: `--test CMD`, or {"test": "..."} in ymera.json.',
    },
  );
}

function isAskedFor(error: string, before: readonly CommandPart[], asked: AskedFor): boolean {
  if (namesAny(asked, quotedNames(error)) || asksForTests(asked)) return true;
  const checks = [
    'lint',
    'linter',
    'linting',
    'compile',
    'compiler',
    'compiles',
    'typecheck',
    'build',
    'builds',
  ];
  if (namesAny(asked, [...checks, ...before.flatMap(({ program }) => bareName(program))])) return true;
  const files = [...error.matchAll(/[\w./-]+\.\w+(?=[:(]\d)/g)].flatMap(([path]) => bareName(path));
  return asked.intent === 'DEBUG' && namesAny(asked, files);
}

import { failure, type Failure } from '@ymera/kernel';
import { asksForTests, type AskedFor, namesAny } from './request-scope';
import type { TestOutcome } from './test-outcome';

/** Messages of programs about a variable of their environment that is not set. */
const unsetVariable =
  /(?:^|: )["'`$]?([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)["'`]? (?:must be (?:set|defined|provided)|(?:is |was )?(?:not (?:set|defined)|unset|required|missing)\b)|[Mm]issing (?:required )?env(?:ironment)?(?: var(?:iable)?s?)?:? ["'`$]?([A-Z][A-Z0-9_]+)|[Ee]nvironment variable ["'`$]?([A-Z][A-Z0-9_]+)["'`]? (?:is |was )?(?:not|must|required|missing)|\bKeyError: '([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'|key not found: "([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"/;

/** The variable that every failure needs. */
function missingVariable({ failures, error }: TestOutcome): string | undefined {
  const messages = failures.length > 0 ? failures.map(({ message }) => message) : [error?.message ?? ''];
  const names = messages.map((message) =>
    unsetVariable
      .exec(message)
      ?.slice(1)
      .find((group) => group !== undefined),
  );
  return names.every((name) => name !== undefined) ? names[0] : undefined;
}

/**
 * The failure where no test passes because all need an environment variable. Undefined where the request may fix it: it is
 * about the variable, or about failing tests.
 */
export function missingVariableFailure(outcome: TestOutcome, asked: AskedFor): Failure | undefined {
  const name = missingVariable(outcome);
  if (name === undefined || asksForTests(asked) || namesAny(asked, [name, 'environment', 'env', 'variable']))
    return undefined;
  const first = outcome.failures[0]?.message ?? outcome.error?.message ?? '';
  return failure(
    'validation',
    'tests_need_environment',
    `All tests of the project fail on the base, without any change, because the variable ${name} is not set. Tests run without the variables of this machine. ${first}`.slice(
      0,
      2000,
    ),
    {
      suggestion: `Name a test command that sets it: \`--test '${name}=... CMD'\`, or {"test": "..."} in ymera.json; or give it a value for tests in the project.`,
    },
  );
}

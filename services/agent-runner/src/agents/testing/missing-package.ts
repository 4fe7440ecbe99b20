import { failure, type Failure } from '@ymera/kernel';
import { asksForSetUp, asksForTests, type AskedFor, bareName, namesAny } from './request-scope';
import type { TestOutcome } from './test-outcome';

export interface PackageFacts {
  readonly outcome: TestOutcome;
  readonly asked: AskedFor;
  /** Whether the project's manifests name a package. */
  readonly declares: (packageName: string) => boolean;
  /** Whether a file or folder of the project has the name, so that it is no package. */
  readonly hasModule: (name: string) => boolean;
}

/** With `imported from`, Node means a project file by a missing module, and a package by a missing package. */
const missingPackage =
  /Cannot find package '((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'|Cannot find module '((?:@[\w.-]+\/)?[\w.-]+)(?:\/[^']*)?'(?! imported from)|No module named '([\w-]+)|Failed to (?:resolve import|load url) "?((?:@[\w.-]+\/)?[\w-][\w.-]*)|cannot load such file -- ([\w-]+)|no required module provides package ([\w./-]+)/;

/** A package that is missing on the machine, or in the project's manifests; not a module that is still to be written. */
export function missingPackageFailure(
  { outcome, declares, hasModule, asked }: PackageFacts,
  words: string,
  first: string,
): Failure | undefined {
  const name = packageIn(words);
  if (name === undefined) return undefined;
  if (declares(name)) return packagesFailure(name, first);
  // The test of a module that is to be written has the module's name.
  const isToBeWritten = outcome.failures.some(({ file, group, name: test }) =>
    [file, group, test].some((path) => bareName(path ?? '').includes(name)),
  );
  const isAskedFor = namesAny(asked, [name]) || asksForTests(asked) || asksForSetUp(asked);
  return isToBeWritten || isAskedFor || hasModule(name) ? undefined : undeclaredFailure(name, first);
}

const packageIn = (words: string): string | undefined =>
  missingPackage
    .exec(words)
    ?.slice(1)
    .find((group) => group !== undefined && !group.startsWith('.'));

const undeclaredFailure = (name: string, first: string): Failure =>
  failure(
    'validation',
    'dependencies_missing',
    `No test of the project passes on the base, without any change: ${name} cannot be imported, and no manifest of the project names it. ${first}`.slice(
      0,
      2000,
    ),
    {
      suggestion: `Name ${name} in a manifest and commit it (package.json with its lockfile, requirements.txt, pyproject.toml, ...). Packages in a folder that is not committed, such as .venv or node_modules, are not available.`,
    },
  );

const packagesFailure = (name: string, first: string): Failure =>
  failure(
    'validation',
    'dependencies_missing',
    `The tests cannot run on the base, without any change: the package ${name} is not installed. ${first}`.slice(
      0,
      2000,
    ),
    {
      suggestion:
        'Packages are installed from a lockfile that is known here, before tests run. Commit one, and see whether its package manager is on this machine.',
    },
  );

import { posix } from 'node:path';
import { failure, type Failure } from '@ymera/kernel';
import type { TestFailure } from '../../tools/test-reports/read-tests';
import { type AskedFor, namesAny } from './request-scope';
import type { TestOutcome } from './test-outcome';

/** Messages of programs about a missing file or module. */
const isMissing =
  /Cannot find (?:module|package)|MODULE_NOT_FOUND|No module named|Failed to (?:resolve import|load url)|cannot load such file|no such file or directory|ENOENT|can't open file|cannot open|does not exist|not found/i;

/**
 * Adds a hint to failures that come from files of a submodule, of which a working copy has the empty folder only: the
 * project has no defect, and no change can fix them.
 */
export function withSubmodules(outcome: TestOutcome, submodules: readonly string[]): TestOutcome {
  if (submodules.length === 0) return outcome;
  const { failures, error } = outcome;
  const inError =
    error && failures.length === 0
      ? submoduleOf(`${error.message}\n${error.context}`, undefined, submodules)
      : undefined;
  return {
    ...outcome,
    failures: failures.map((one) => {
      const { message, evidence, file, group } = one;
      const submodule = submoduleOf(`${message}\n${evidence}`, file ?? group, submodules);
      return submodule === undefined ? one : inSubmodule(one, submodule);
    }),
    ...(error && inError !== undefined ? { error: inSubmodule(error, inError) } : {}),
  };
}

const inSubmodule = <T extends { readonly message: string }>(found: T, submodule: string) => ({
  ...found,
  kind: 'submodule' as const,
  message: `${found.message} (the submodule ${submodule} is not fetched)`,
});

/** The submodule of a missing file. */
function submoduleOf(
  text: string,
  from: string | undefined,
  submodules: readonly string[],
): string | undefined {
  const lines = text.split('\n').filter((line) => isMissing.test(line));
  const folder = posix.dirname(from ?? '.');
  const words = lines.flatMap((line) => line.match(/[\w@.+/-]+/g) ?? []);
  const paths = words.flatMap((word) => [posix.normalize(word), posix.join(folder, word)]);
  const modules = lines.flatMap((line) => /No module named '?([\w-]+)/.exec(line)?.[1] ?? []);
  return submodules.find(
    (submodule) =>
      paths.some((path) => isBelow(path.replace(/^(?:\.\.\/)+/, ''), submodule)) ||
      modules.includes(posix.basename(submodule)),
  );
}

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** The failure where nothing passes because all failures need a submodule; undefined where the request is about submodules. */
export function submoduleFailure({ failures, error }: TestOutcome, asked: AskedFor): Failure | undefined {
  const found: readonly Pick<TestFailure, 'kind' | 'message'>[] =
    failures.length > 0 ? failures : error ? [{ ...error, kind: error.kind as TestFailure['kind'] }] : [];
  const [first] = found;
  if (first === undefined || found.some(({ kind }) => kind !== 'submodule')) return undefined;
  if (namesAny(asked, ['submodule', 'submodules'])) return undefined;
  return failure(
    'validation',
    'tests_need_submodule',
    `No test of the project passes on the base, without any change, because they need files of a submodule. Submodules are not fetched here. ${first.message}`.slice(
      0,
      2000,
    ),
    {
      suggestion:
        'Name a test command that does not need the submodule: `--test CMD`, or {"test": "..."} in ymera.json; or commit its files in the project.',
    },
  );
}

import type { ChangedFile } from '../integrity/changed-file';
import { isExample, isGeneratedPath, isJudging, isLockFile, isProduct } from '../integrity/file-roles';
import { isHelper, type TestFile } from '../integrity/test-model';
import { extremeMutants } from './extreme-mutants';
import type { Mutant } from './mutant';

/** A test of the change that its name identifies. */
export interface NamedTest {
  /** The last part of its title. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** The base has none of this name. */
  readonly isNew: boolean;
}

/** The trials that show whether the tests of a change still depend on the product. */
export interface MutationPlan {
  readonly before: readonly Mutant[];
  readonly after: readonly Mutant[];
  readonly tests: readonly NamedTest[];
}

interface Side {
  readonly paths: Iterable<string>;
  readonly textOf: (path: string) => string | undefined;
  readonly tests: readonly TestFile[];
}

export interface PlannedChange {
  readonly files: readonly ChangedFile[];
  readonly before: Side;
  readonly after: Side;
  /** Files with tests although their names do not tell. */
  readonly checks: ReadonlySet<string>;
}

const maxTests = 2_000;

/** Undefined where the change touches no tests, or the project is too large to be emptied. */
export function mutationPlan({ files, before, after, checks }: PlannedChange): MutationPlan | undefined {
  const judges = (path: string) =>
    !isLockFile(path) && !isExample(path) && (checks.has(path) || isJudging(path) || !isProduct(path));
  if (!files.some(({ path }) => judges(path))) return undefined;
  const mutantsOf = ({ paths, textOf }: Side) =>
    extremeMutants(
      [...paths].filter(
        (path) =>
          isProduct(path) &&
          !checks.has(path) &&
          !isExample(path) &&
          !isGeneratedPath(path) &&
          /\.(?:[cm]?[jt]sx?|py)$/.test(path) &&
          !/\.d\.[cm]?ts$/.test(path),
      ),
      textOf,
    );
  const [old, now] = [mutantsOf(before), mutantsOf(after)];
  if (!old || !now || old.length === 0 || now.length === 0) return undefined;
  const known = new Set(before.tests.flatMap(namesIn));
  const tests = after.tests.flatMap(({ path, cases }) =>
    cases.flatMap((one): readonly NamedTest[] => {
      const name = lastPart(one.title);
      if (isHelper(one) || one.state === 'skipped' || one.state === 'todo') return [];
      return name === '' || /%|\$\{|\{\}/.test(name)
        ? []
        : [{ name, file: path, line: one.line, isNew: !known.has(name) }];
    }),
  );
  return { before: old, after: now, tests: tests.slice(0, maxTests) };
}

const lastPart = (title: string): string => title.split(' > ').at(-1)?.trim() ?? '';
const namesIn = ({ cases }: TestFile): readonly string[] => cases.map(({ title }) => lastPart(title));

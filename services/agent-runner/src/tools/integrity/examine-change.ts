import { posix } from 'node:path';
import type { Intent } from '@ymera/contracts';
import { mutationPlan, type MutationPlan } from '../mutation/mutation-plan';
import { benchmarkFindings, benchmarkNumbers, benchmarkTexts } from './benchmark-files';
import type { ChangedFile } from './changed-file';
import { compareTests } from './compare-tests';
import { commandFiles } from './command-files';
import { configurationFindings } from './configuration/configuration-findings';
import { declaredPackages } from './configuration/package-file';
import { doctests, runsDoctests } from './doctests';
import { expectedDataFindings } from './expected-data';
import { isBenchmarkFile, isCode, isProduct, isTestFile } from './file-roles';
import type { IntegrityFinding } from './findings';
import { generatedFindings, isMade } from './generated-files';
import { withHelpers } from './helper-renames';
import { lookalikeImports } from './lookalike-findings';
import { onlyTestsFindings } from './only-tests';
import { renamesOf } from './renames';
import { replacedSubject } from './replaced-subject';
import { filesPickedBy, isRunBy } from './run-tests';
import { helperFindings } from './test-helpers';
import { requestWords } from './request-words';
import { resolveModule } from './source-rules/resolve-module';
import { sourceFindings, type SourceSides } from './source-rules/source-findings';
import { shadowingPackages } from './shadowing-packages';
import { Sources } from './sources';
import { isHelper, type TestFile } from './test-model';
import { modulesOf } from './test-names';
import { unchangedProduct } from './unchanged-product';

export interface ChangeToExamine {
  readonly files: readonly ChangedFile[];
  readonly intent: Intent;
  readonly request: string;
  /** Every path of the change's commit. */
  readonly paths: readonly string[];
  readonly commands: { readonly test?: string | undefined; readonly bench?: string | undefined };
  /** The text of a file that the change does not touch; undefined where it cannot be read. */
  readonly readUnchanged: (path: string) => string | undefined;
}

const maxContextFiles = 300;

/** The files of the programs, including the programs. */
function reachedBy(
  programs: ReadonlySet<string>,
  importsOf: (path: string) => ReadonlySet<string>,
): readonly string[] {
  const found = new Set(programs);
  for (const path of found) {
    if (found.size > maxContextFiles) break;
    for (const imported of importsOf(path)) found.add(imported);
  }
  return [...found];
}

export interface ExaminedChange {
  /** Every way in which the change may pass by changing its tests, or by hiding from them. */
  readonly findings: readonly IntegrityFinding[];
  /** The trials that settle the other findings. */
  readonly mutation: MutationPlan | undefined;
}

export const examineChange = (change: ChangeToExamine): readonly IntegrityFinding[] =>
  examine(change).findings;

export function examine(change: ChangeToExamine): ExaminedChange {
  const { files, intent } = change;
  const request = requestWords(change.request);
  const sources = new Sources();
  const syntaxOf = (path: string, text: string) => sources.syntax(path, text);
  const changed = new Map(files.map((file) => [file.path, file] as const));
  const after = new Set(change.paths);
  const before = new Set([
    ...change.paths.filter((path) => changed.get(path)?.before !== null),
    ...files.filter((file) => file.before !== null).map(({ path }) => path),
  ]);
  const textOf = (path: string) =>
    changed.has(path) ? (changed.get(path)?.after ?? undefined) : change.readUnchanged(path);

  const importsIn = (text: string | undefined, path: string, paths: ReadonlySet<string>) => {
    const syntax = text === undefined ? undefined : syntaxOf(path, text);
    const modules = syntax ? modulesOf(syntax) : [];
    return new Set(modules.flatMap((module) => resolveModule(path, module, paths) ?? []));
  };
  const importsOfPath = (path: string) => importsIn(textOf(path), path, after);
  const importsBefore = (path: string) => importsIn(changed.get(path)?.before ?? textOf(path), path, before);
  const { testCommand, tested, measured, inputs } = commandFiles({
    commands: change.commands,
    paths: after,
    textOf,
    importsOf: importsOfPath,
    holdsTests: (path) => sources.tests(path, textOf(path) ?? '').some(({ cases }) => !cases.every(isHelper)),
  });
  const checks = new Set(
    reachedBy(tested, importsOfPath).filter(
      (path) => !isTestFile(path) && isCode(path) && sources.asserts(path, textOf(path) ?? ''),
    ),
  );
  // A test before the change counts as a test after it.
  for (const { path, before: old } of files)
    if (old !== null && reachedBy(tested, importsBefore).includes(path) && sources.asserts(path, old))
      checks.add(path);
  const programs = new Set([...tested].filter((path) => !runsDoctests(testCommand, path)));
  const isTest = (path: string) => isTestFile(path) || checks.has(path);

  const sides = files.flatMap((file): readonly SourceSides[] =>
    sources.sides(file, (path) => checks.has(path)),
  );
  const bodies = (some: readonly SourceSides[]) =>
    some.map((side) => ({ before: side.before?.syntax.body ?? [], after: side.after?.syntax.body ?? [] }));
  const rename = withHelpers(
    renamesOf(bodies(sides.filter(({ path }) => isProduct(path) && !checks.has(path)))),
    bodies(sides.filter(({ path }) => isTest(path))),
  );
  const tests = files.filter(
    ({ path, before: old, after: now, isTooLarge }) =>
      !isTooLarge && (isTest(path) || sources.holdsTests(path, old ?? now ?? '')),
  );
  const project = {
    before: { paths: before, textOf: (path: string) => changed.get(path)?.before ?? textOf(path) },
    after: { paths: after, textOf },
  };
  const testFiles = (side: 'before' | 'after') =>
    tests
      .flatMap((file) => (file[side] === null ? [] : sources.tests(file.path, file[side], project[side])))
      .concat(
        files.flatMap((file) =>
          file[side] !== null && runsDoctests(testCommand, file.path)
            ? [doctests(file.path, file[side])]
            : [],
        ),
      );
  const unchangedTests = change.paths
    .filter((path) => !changed.has(path) && isTest(path) && /\.(?:[cm]?[jt]sx?|py)$/.test(path))
    .slice(0, maxContextFiles);
  const needsContext = sides.some(({ path }) => isProduct(path));
  const keptTests = unchangedTests.flatMap((path) =>
    sources.tests(path, change.readUnchanged(path) ?? '', project.after),
  );
  const contextTests = needsContext ? keptTests : [];
  const [oldTests, movedTests] = [testFiles('before'), testFiles('after')];
  // A test that was moved to a place that the command does not select counts as deleted.
  const isPicked = filesPickedBy([...tested].flatMap((path) => syntaxOf(path, textOf(path) ?? '') ?? []));
  const isLost = (path: string) =>
    changed.get(path)?.before === null &&
    ((isRunBy(testCommand, path, after) === false &&
      oldTests.some((one) => isRunBy(testCommand, one.path, before) === true)) ||
      (!isPicked(path) && files.some((file) => file.after === null && isPicked(file.path))));
  // Helpers run from any place.
  const newTests = movedTests.flatMap((file): readonly TestFile[] => {
    if (!isLost(file.path)) return [file];
    const cases = file.cases.filter(isHelper);
    return cases.length === 0 ? [] : [{ ...file, cases }];
  });
  const removed = new Set(
    files.flatMap(({ path, after: now }) =>
      now === null && isProduct(path) && !checks.has(path) ? [posix.basename(path).replace(/\..*$/, '')] : [],
    ),
  );
  const declared = declaredPackages(
    change.paths
      .filter((path) => /(?:^|\/)package\.json$/.test(path))
      .slice(0, 20)
      .flatMap((path) => changed.get(path)?.before ?? textOf(path) ?? []),
  );

  const benchmarks = [...new Set([...measured, ...change.paths.filter(isBenchmarkFile)])].slice(0, 50);

  const mutation = mutationPlan({
    files,
    before: { ...project.before, tests: [...oldTests, ...keptTests] },
    after: { ...project.after, tests: [...movedTests, ...keptTests] },
    checks,
  });
  const findings = [
    ...compareTests({ before: oldTests, after: newTests, request, rename, removed }),
    ...sides.flatMap((side) =>
      side.before && side.after && isTest(side.path)
        ? [
            ...replacedSubject(
              { path: side.path, before: side.before.syntax, after: side.after.syntax },
              { before, after, importsOf: importsOfPath },
              request,
            ),
            ...helperFindings(
              { path: side.path, before: side.before.syntax, after: side.after.syntax },
              rename,
              request,
            ),
          ]
        : [],
    ),
    ...sourceFindings(sides, {
      intent,
      request,
      paths: after,
      benchmarkNumbers: benchmarkNumbers(benchmarks.flatMap((path) => textOf(path) ?? [])),
      isBenchmarkText: benchmarkTexts(benchmarks.flatMap((path) => syntaxOf(path, textOf(path) ?? '') ?? [])),
      assertions: [...oldTests, ...newTests, ...contextTests].flatMap(({ cases }) =>
        cases.flatMap(({ assertions }) => assertions),
      ),
    }),
    ...onlyTestsFindings(files, intent, request),
    ...unchangedProduct(sides, intent, request),
    ...shadowingPackages(files, after),
    ...expectedDataFindings(files, request),
    ...benchmarkFindings(files, {
      intent,
      request,
      rename,
      inputs: new Set([...inputs, ...measured]),
      syntaxOf,
    }),
    ...files.flatMap((file) =>
      configurationFindings(file, {
        request,
        syntaxOf,
        commandFiles: programs,
        paths: after,
        isCompared: (path) => checks.has(path),
      }),
    ),
    ...generatedFindings(files, request),
    ...sides.flatMap(({ path, before: old, after: now }) =>
      now === undefined || isMade(path, old?.text ?? null, now.text)
        ? []
        : lookalikeImports(
            { path, text: now.text, before: old?.syntax, beforeText: old?.text ?? '', after: now.syntax },
            declared,
            before,
            after,
          ),
    ),
    ...sources.unread(),
  ];
  return { findings, mutation };
}

import { isRootOf, performancePolicy, projectParts, type Ecosystem } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { z } from 'zod';
import { fromCargo, fromGo, fromJvm, fromOtherCompilers } from './compiled';
import { fromDeno, fromJavaScriptTests, fromPackageScripts } from './javascript';
import { fromJustfile, fromMakefile, fromMakefileWithTools } from './make';
import { fromPython } from './python';
import { readPackageJson } from './package-json';
import {
  filesBelow,
  parseJson,
  shellWord,
  withoutByteOrderMarks,
  type Detector,
  type ProjectCommands,
  type RepositoryFiles,
} from './repository-files';
import { fromBats, fromPhp, fromRuby } from './ruby-and-php';

export type PerformancePolicy = z.output<typeof performancePolicy>;

/** The commands that test and measure a project. */
export interface ProjectSettings {
  readonly commands: ProjectCommands;
  readonly performance: PerformancePolicy;
}

const command = z.string().trim().min(1).max(2000);
const settingsFile = z
  .object({ test: command, bench: command, build: command })
  .partial()
  .extend({ performance: performancePolicy.optional() });

type Tests = Pick<ProjectCommands, 'test' | 'build'>;

/** Detectors by test files and manifests, for projects without a written test command; in this order. */
const byEcosystem: readonly (readonly [Ecosystem, Detector])[] = [
  ['javascript', fromJavaScriptTests],
  ['python', fromPython],
  ['go', fromGo],
  ['rust', fromCargo],
  ['jvm', fromJvm],
  ['ruby', fromRuby],
  ['php', fromPhp],
  ['elixir', fromOtherCompilers],
];

/** Signs that a script also runs the tests of another language. */
const runsAlso: Readonly<Partial<Record<Ecosystem, RegExp>>> = {
  python: /\b(pytest|unittest|tox|nox|python3?)\b/,
  go: /\bgo test\b/,
  rust: /\bcargo\b/,
  jvm: /\b(mvn|mvnw|gradle|gradlew)\b/,
  ruby: /\b(rspec|rake|ruby)\b/,
  php: /\b(phpunit|composer|pest)\b/,
  elixir: /\bmix test\b/,
};

/**
 * The commands of a project. `ymera.json` wins, command by command; a malformed one is an error, because its author
 * intended something. Commands given at registration win over both.
 */
export function detectProjectCommands(given: RepositoryFiles): Result<ProjectSettings> {
  const files = withoutByteOrderMarks(given);
  const declared = readSettings(files.contents.get('ymera.json'));
  if (!declared.ok) return declared;
  const { performance = {}, ...commands } = declared.value;
  const { test, build } = detectTests(files);
  const bench = [fromPackageScripts, fromMakefile, fromJustfile].flatMap(
    (detect) => detect(files).bench ?? [],
  )[0];
  return ok({
    commands: {
      ...(test === undefined ? {} : { test }),
      ...(bench === undefined ? {} : { bench }),
      ...(build === undefined || commands.test !== undefined ? {} : { build }),
      ...commands,
    },
    performance,
  });
}

/**
 * The tests of the root, and of the parts that are projects of another language: an untested part could be broken by any
 * change. A written command for all tests is used as it is.
 */
function detectTests(files: RepositoryFiles): Tests {
  const scripts = fromPackageScripts(files);
  const whole =
    scripts.test === undefined ? firstWith([fromDeno, fromMakefile, fromJustfile], files) : fromDeno(files);
  if (whole?.test !== undefined) return whole;
  const parts = projectParts(files.paths);
  const isOfPart = (path: string) => parts.some(({ folder }) => path.startsWith(`${folder}/`));
  const root = testsOfRoot({ ...files, paths: files.paths.filter((path) => !isOfPart(path)) }, scripts);
  const script = scriptOf(files);
  const found = parts
    .filter(({ ecosystem }) => !runsAlso[ecosystem]?.test(script))
    .flatMap(({ folder, ecosystem }) => testsOfPart(filesBelow(files, folder), folder, ecosystem));
  const all = [...root, ...found];
  return all.length > 0 ? joined(all) : (firstWith([fromMakefileWithTools, fromBats], files) ?? {});
}

/** A language whose manifest is in the root is a language of the root; without any manifest it is the first one found. */
function testsOfRoot(files: RepositoryFiles, scripts: Tests): readonly Tests[] {
  const script = scriptOf(files);
  const found = byEcosystem.flatMap(([ecosystem, detect]) => {
    if (scripts.test !== undefined && (ecosystem === 'javascript' || runsAlso[ecosystem]?.test(script)))
      return [];
    const tests = detect(files);
    return tests.test === undefined ? [] : [{ tests, isDeclared: isRootOf(ecosystem, files.paths) }];
  });
  const declared = found.filter(({ isDeclared }) => isDeclared).map(({ tests }) => tests);
  if (scripts.test !== undefined) return [scripts, ...declared];
  return declared.length > 0 ? declared : found.slice(0, 1).map(({ tests }) => tests);
}

function testsOfPart(files: RepositoryFiles, folder: string, ecosystem: Ecosystem): readonly Tests[] {
  const own = byEcosystem.flatMap(([name, detect]) => (name === ecosystem ? [detect] : []));
  const found = firstWith(ecosystem === 'javascript' ? [fromPackageScripts, ...own] : own, files);
  if (found?.test === undefined) return [];
  const within = (command: string) => `(cd ${shellWord(folder)} && ${command})`;
  return [{ test: within(found.test), ...(found.build === undefined ? {} : { build: within(found.build) }) }];
}

const firstWith = (some: readonly Detector[], files: RepositoryFiles): Tests | undefined =>
  some.map((detect) => detect(files)).find(({ test }) => test !== undefined);

const scriptOf = (files: RepositoryFiles): string => readPackageJson(files)?.scripts.get('test') ?? '';

function joined(all: readonly Tests[]): Tests {
  const builds = all.flatMap(({ build }) => build ?? []);
  return {
    test: all.flatMap(({ test }) => test ?? []).join(' && '),
    ...(builds.length === 0 ? {} : { build: builds.join(' && ') }),
  };
}

function readSettings(text: string | undefined): Result<z.output<typeof settingsFile>> {
  if (text === undefined) return ok({});
  const parsed = settingsFile.safeParse(parseJson(text));
  if (parsed.success) return ok(parsed.data);
  const [problem] = parsed.error.issues;
  return err(
    failure('validation', 'settings_invalid', `ymera.json is invalid: ${problem?.message ?? 'no JSON'}.`, {
      suggestion:
        'It is {"test": "...", "bench": "...", "build": "...", "performance": {"min_speedup": 1.5}}, all optional.',
    }),
  );
}

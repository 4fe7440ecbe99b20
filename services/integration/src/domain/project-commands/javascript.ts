import { packageManagerOf, readPackageJson, type PackageJson, type PackageManager } from './package-json';
import {
  isForeign,
  parseJson,
  shellWord,
  testFilesOf,
  testTexts,
  type Detector,
  type ProjectCommands,
  type RepositoryFiles,
} from './repository-files';

const testScripts = ['test', 'test:unit', 'test:ci', 'tests', 'unit', 'unit-test'];
const benchScripts = ['bench', 'benchmark'];

/** The scripts of package.json, or those of its workspaces. */
export const fromPackageScripts: Detector = (files) => {
  const manifest = readPackageJson(files);
  const manager = packageManagerOf(manifest?.packageManager, files.paths);
  const scripts = manifest?.scripts ?? new Map<string, string>();
  const named = testScripts.find((name) => scripts.has(name));
  const bench = benchScripts.find((name) => scripts.has(name));
  const test =
    (named === undefined ? undefined : scriptCommand(manager, named)) ??
    workspaceTests(files, manifest, manager);
  const build = named === undefined ? undefined : neededBuild(files, manifest, named, manager);
  return {
    ...(test === undefined ? {} : { test }),
    ...(bench === undefined ? {} : { bench: `${manager} run ${bench}` }),
    ...(build === undefined ? {} : { build }),
  };
};

/** The runner according to test files, configuration and dependencies. */
export const fromJavaScriptTests: Detector = (files) => {
  const test = runnerCommand(files, readPackageJson(files));
  return test === undefined ? {} : { test };
};

/** `bun test` is Bun's own runner; its `run` takes the script. */
const scriptCommand = (manager: PackageManager, script: string): string =>
  script === 'test' && manager !== 'bun' ? `${manager} test` : `${manager} run ${script}`;

/** A root without a test of its own whose packages have some. */
function workspaceTests(
  files: RepositoryFiles,
  manifest: PackageJson | undefined,
  manager: PackageManager,
): string | undefined {
  const isWorkspace = manifest?.hasWorkspaces === true || files.paths.includes('pnpm-workspace.yaml');
  const members = files.paths.filter((path) => path.endsWith('/package.json') && !isForeign(path));
  if (!isWorkspace || !members.some((path) => readPackageJson(files, path)?.scripts.has('test')))
    return undefined;
  const isBerry = files.paths.includes('.yarnrc.yml');
  const commands: Readonly<Record<PackageManager, string>> = {
    npm: 'npm test --workspaces --if-present',
    pnpm: 'pnpm --recursive --if-present run test',
    yarn: isBerry ? 'yarn workspaces foreach --all run test' : 'yarn workspaces run test',
    bun: "bun run --filter '*' test",
  };
  return commands[manager];
}

/** In order of precedence for a project that has several. */
const runners: readonly {
  readonly packageName: string;
  readonly imports: RegExp;
  readonly configuration: RegExp;
  readonly command: string;
}[] = [
  {
    packageName: 'vitest',
    imports: /from\s+['"]vitest['"]/,
    configuration: /^vitest\.(config|workspace)\.[cm]?[jt]s$/,
    command: 'vitest run',
  },
  {
    packageName: 'jest',
    imports: /['"]@jest\/globals['"]/,
    configuration: /^jest\.config\.([cm]?[jt]s|json)$/,
    command: 'jest --ci',
  },
  {
    packageName: 'mocha',
    imports: /['"]mocha['"]/,
    configuration: /^\.mocharc\.(json|ya?ml|jsonc|[cm]?js)$/,
    command: 'mocha',
  },
  {
    packageName: 'ava',
    imports: /['"]ava['"]/,
    configuration: /^ava\.config\.[cm]?js$/,
    command: 'ava',
  },
  {
    packageName: 'jasmine',
    imports: /['"]jasmine['"]/,
    configuration: /^(spec\/support\/)?jasmine\.(json|mjs|js)$/,
    command: 'jasmine',
  },
  { packageName: 'tap', imports: /['"]tap['"]/, configuration: /^\.taprc$/, command: 'tap' },
  { packageName: 'uvu', imports: /['"]uvu['"]/, configuration: /^$/, command: 'uvu' },
  {
    packageName: '@playwright/test',
    imports: /['"]@playwright\/test['"]/,
    configuration: /^playwright\.config\.[cm]?[jt]s$/,
    command: 'playwright test',
  },
];

function runnerCommand(files: RepositoryFiles, manifest: PackageJson | undefined): string | undefined {
  const texts = testTexts(files);
  const isImported = (pattern: RegExp) => texts.some((text) => pattern.test(text));
  const ownTests = nodeTestCommand(files);
  // Imports of the test files are stronger evidence than installed packages.
  const found =
    runners.find(({ imports }) => isImported(imports)) ??
    (isImported(/['"]node:test['"]/) && ownTests !== undefined
      ? undefined
      : (runners.find(({ configuration }) => files.paths.some((path) => configuration.test(path))) ??
        runners.find(({ packageName }) => manifest?.dependencies.has(packageName) === true)));
  if (found) return `node_modules/.bin/${found.command}`;
  if (isImported(/['"]bun:test['"]/)) return 'bun test';
  const tape = testFilesOf(files.paths).filter((path) => /['"]tape['"]/.test(files.contents.get(path) ?? ''));
  if (tape.length > 0) return `node_modules/.bin/tape ${quoted(tape)}`;
  return ownTests;
}

/** The files that node's own runner selects without arguments, on every release. */
const defaultNodeTest = /(^|\/)(test\/[^/]+|[^/]+[._-]test|test-[^/]+|test)\.[cm]?js$/;

function nodeTestCommand({ paths, contents }: RepositoryFiles): string | undefined {
  const importing = testFilesOf(paths).filter((path) => /['"]node:test['"]/.test(contents.get(path) ?? ''));
  const unusual = importing.filter((path) => !defaultNodeTest.test(path) && /\.[cm]?js$/.test(path));
  if (unusual.length > 0) return `node --test ${quoted(importing.filter((path) => /\.[cm]?js$/.test(path)))}`;
  return paths.some((path) => defaultNodeTest.test(path) && !isForeign(path)) ? 'node --test' : undefined;
}

const maxFilesLength = 1500;

const quoted = (paths: readonly string[]): string => {
  const words = paths.map(shellWord);
  const listed = words.join(' ');
  if (listed.length <= maxFilesLength) return listed;
  const globs = words.map((word) => word.replace(/[^/]*(\.[cm]?[jt]sx?'?)$/, '*$1').replaceAll("'", ''));
  return [...new Set(globs)].join(' ');
};

/** The tests need build outputs, and the build is not part of the test script. */
function neededBuild(
  files: RepositoryFiles,
  manifest: PackageJson | undefined,
  test: string,
  manager: PackageManager,
): string | undefined {
  const scripts = manifest?.scripts;
  if (!manifest || !scripts?.has('build')) return undefined;
  const isPartOfTests = [`pre${test}`, test].some((name) =>
    /\bbuild\b|\btsc\b/.test(scripts.get(name) ?? ''),
  );
  if (isPartOfTests) return undefined;
  const texts = [scripts.get(test) ?? '', ...testTexts(files)];
  const built = texts.flatMap((text) =>
    [...text.matchAll(/(?:^|['"\s/=])(dist|build|lib|out|esm|cjs)\//g)].map((match) => match[1] ?? ''),
  );
  if (importsItself(texts, manifest)) built.push(...manifest.entryFolders);
  const isMissing = built.some((folder) => !files.paths.some((path) => path.includes(`${folder}/`)));
  return isMissing ? `${manager} run build` : undefined;
}

/** The tests import the package as its users do: by its name, or as `..`. */
const importsItself = (texts: readonly string[], { name }: PackageJson): boolean =>
  texts.some((text) =>
    [...text.matchAll(/(?:from|require\(|import\(|import)\s*['"]([^'"]+)['"]/g)].some(
      ([, module = '']) => /^\.\.?(?:\/\.\.)*\/?$/.test(module) || (name !== undefined && module === name),
    ),
  );

/** Deno's own manifest, with or without a task for the tests. */
export const fromDeno: Detector = ({ paths, contents }): ProjectCommands => {
  const name = ['deno.json', 'deno.jsonc'].find((file) => paths.includes(file));
  if (name === undefined) return {};
  const text = (contents.get(name) ?? '').replaceAll(/^\s*\/\/.*$/gm, '');
  const parsed = parseJson(text);
  const tasks = typeof parsed === 'object' && parsed !== null && 'tasks' in parsed ? parsed.tasks : undefined;
  const hasTask = typeof tasks === 'object' && tasks !== null && 'test' in tasks;
  return { test: hasTask ? 'deno task test' : 'deno test' };
};

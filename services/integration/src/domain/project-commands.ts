import { performancePolicy, projectCommands } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { z } from 'zod';

export type ProjectCommands = z.output<typeof projectCommands>;
export type PerformancePolicy = z.output<typeof performancePolicy>;

/** A commit's tree, as far as commands are detected from it. */
export interface RepositoryFiles {
  readonly paths: readonly string[];
  /** Of those `commandFiles` that are there and not absurdly long. */
  readonly contents: ReadonlyMap<string, string>;
}

/** How a project is tested and measured. */
export interface ProjectSettings {
  readonly commands: ProjectCommands;
  readonly performance: PerformancePolicy;
}

/** The files in the root whose contents decide. */
export const commandFiles: readonly string[] = [
  'ymera.json',
  'package.json',
  'Makefile',
  'makefile',
  'GNUmakefile',
  'pyproject.toml',
  'setup.cfg',
  'tox.ini',
];

const settingsFile = z
  .object({ test: z.string().trim().min(1).max(2000), bench: z.string().trim().min(1).max(2000) })
  .partial()
  .extend({ performance: performancePolicy.optional() });
const packageFile = z.object({
  packageManager: z.string().optional(),
  scripts: z.record(z.string(), z.unknown()).optional(),
});

/** What `npm init` writes where nobody wrote a test. */
const placeholderTest = /no test specified/i;
const nodeTestFile = /(^|\/)(test\/[^/]+|[^/]+[.-]test|test)\.[cm]?js$/;
const notOurs = /(^|\/)(node_modules|vendor|dist|build)\//;

/**
 * What the project itself says wins, command by command: `ymera.json`, then package.json, then files that node's own test
 * runner takes, then Makefile, pytest, Go, Cargo. A malformed `ymera.json` is an error, because its author meant something.
 */
export function detectProjectCommands(files: RepositoryFiles): Result<ProjectSettings> {
  const declared = readSettings(files.contents.get('ymera.json'));
  if (!declared.ok) return declared;
  const detected = detectors.map((detect) => detect(files));
  const test = declared.value.test ?? detected.find((commands) => commands.test !== undefined)?.test;
  const bench = declared.value.bench ?? detected.find((commands) => commands.bench !== undefined)?.bench;
  return ok({
    commands: {
      ...(test === undefined ? {} : { test }),
      ...(bench === undefined ? {} : { bench }),
    },
    performance: declared.value.performance ?? {},
  });
}

function readSettings(text: string | undefined): Result<z.output<typeof settingsFile>> {
  if (text === undefined) return ok({});
  const parsed = settingsFile.safeParse(parseJson(text));
  if (parsed.success) return ok(parsed.data);
  const [problem] = parsed.error.issues;
  return err(
    failure('validation', 'settings_invalid', `ymera.json is invalid: ${problem?.message ?? 'no JSON'}.`, {
      suggestion: 'It is {"test": "...", "bench": "...", "performance": {"min_speedup": 1.5}}, all optional.',
    }),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Detector = (files: RepositoryFiles) => ProjectCommands;

const fromPackage: Detector = ({ paths, contents }) => {
  const parsed = packageFile.safeParse(parseJson(contents.get('package.json') ?? ''));
  if (!parsed.success) return {};
  const { scripts = {}, packageManager } = parsed.data;
  const manager = packageManagerOf(packageManager, paths);
  const has = (name: string): boolean => {
    const script = scripts[name];
    return typeof script === 'string' && script.trim() !== '' && !placeholderTest.test(script);
  };
  const bench = ['bench', 'benchmark'].find(has);
  return {
    ...(has('test') ? { test: `${manager} test` } : {}),
    ...(bench === undefined ? {} : { bench: `${manager} run ${bench}` }),
  };
};

function packageManagerOf(declared: string | undefined, paths: readonly string[]): 'npm' | 'pnpm' | 'yarn' {
  if (declared?.startsWith('pnpm@')) return 'pnpm';
  if (declared?.startsWith('yarn@')) return 'yarn';
  if (declared?.startsWith('npm@')) return 'npm';
  if (paths.includes('package-lock.json')) return 'npm';
  if (paths.includes('pnpm-lock.yaml')) return 'pnpm';
  return paths.includes('yarn.lock') ? 'yarn' : 'npm';
}

const fromNodeTests: Detector = ({ paths }) =>
  paths.some((path) => nodeTestFile.test(path) && !notOurs.test(path)) ? { test: 'node --test' } : {};

const fromMakefile: Detector = ({ contents }) => {
  const makefile = ['GNUmakefile', 'makefile', 'Makefile'].flatMap((name) => contents.get(name) ?? [])[0];
  if (makefile === undefined) return {};
  const hasTarget = (name: string): boolean => new RegExp(`^${name}\\s*:(?!=)`, 'm').test(makefile);
  return {
    ...(hasTarget('test') ? { test: 'make test' } : {}),
    ...(hasTarget('bench') ? { bench: 'make bench' } : {}),
  };
};

const fromPytest: Detector = ({ paths, contents }) => {
  const isConfigured =
    paths.includes('pytest.ini') ||
    /^\[tool\.pytest/m.test(contents.get('pyproject.toml') ?? '') ||
    /^\[tool:pytest\]/m.test(contents.get('setup.cfg') ?? '') ||
    /^\[pytest\]/m.test(contents.get('tox.ini') ?? '');
  const hasTests = paths.some(
    (path) => /(^|\/)(test_[^/]+|[^/]+_test)\.py$/.test(path) && !notOurs.test(path),
  );
  return isConfigured || hasTests ? { test: 'python3 -m pytest' } : {};
};

const fromGo: Detector = ({ paths }) =>
  paths.includes('go.mod') && paths.some((path) => path.endsWith('_test.go'))
    ? { test: 'go test ./...' }
    : {};

const fromCargo: Detector = ({ paths }) => (paths.includes('Cargo.toml') ? { test: 'cargo test' } : {});

const detectors: readonly Detector[] = [
  fromPackage,
  fromNodeTests,
  fromMakefile,
  fromPytest,
  fromGo,
  fromCargo,
];

import { projectParts, type projectCommands } from '@ymera/contracts';
import { withoutByteOrderMark } from '@ymera/kernel';
import type { z } from 'zod';

export type ProjectCommands = z.output<typeof projectCommands>;

/** The part of a commit's tree that commands are detected from. */
export interface RepositoryFiles {
  readonly paths: readonly string[];
  /** Contents of the files of `filesToRead` below the size limit. */
  readonly contents: ReadonlyMap<string, string>;
}

/** Finds commands in the files of one ecosystem; an empty answer when the project does not use it. */
export type Detector = (files: RepositoryFiles) => ProjectCommands;

/** Files whose contents are read, in the root or in a part of the repository. */
const manifests: ReadonlySet<string> = new Set([
  ...['ymera.json', 'package.json', 'deno.json', 'deno.jsonc', 'composer.json'],
  ...['CMakeLists.txt', 'Makefile', 'makefile', 'GNUmakefile', 'justfile', 'Justfile', '.justfile'],
  ...['pyproject.toml', 'setup.cfg', 'setup.py', 'tox.ini', 'pytest.ini', 'Pipfile', 'manage.py'],
  ...['Cargo.toml', 'go.work', 'pom.xml', 'Gemfile', 'Rakefile'],
]);
const requirementsFile =
  /^(requirements\/)?[\w.-]*requirements?[\w.-]*\.(txt|in)$|^requirements\/[\w.-]+\.txt$/;
const isDeciding = (path: string): boolean => manifests.has(path) || requirementsFile.test(path);
const packageManifest = /^(?:[^/]+\/){1,2}package\.json$/;
const testFile =
  /(^|\/)(tests?|specs?|__tests__)\/.*\.([cm]?[jt]sx?|py)$|[._-](test|spec)\.[cm]?[jt]sx?$|(^|\/)test[._-][^/]+\.([cm]?[jt]sx?|py)$|_test\.py$|(^|\/)tests?\.([cm]?[jt]s|py)$/;

const maxManifestBytes = 262_144;
const maxTestFileBytes = 65_536;
const maxPackageManifests = 30;
const maxTestFiles = 40;

/** Whether a path is in a folder of dependencies or of built files. */
export const isForeign = (path: string): boolean =>
  /(^|\/)(node_modules|vendor|third_party|dist|build|target|\.venv|venv|site-packages|fixtures?|testdata)\//.test(
    path,
  );

export const testFilesOf = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => testFile.test(path) && !isForeign(path));

/** The paths to read before commands are detected, and the maximum bytes of each. */
export function filesToRead(paths: readonly string[]): ReadonlyMap<string, number> {
  const folders = [...new Set(projectParts(paths).map(({ folder }) => `${folder}/`))];
  const isOfPart = (path: string) =>
    folders.some((folder) => path.startsWith(folder) && isDeciding(path.slice(folder.length)));
  const packages = paths.filter((path) => packageManifest.test(path) && !isForeign(path));
  return new Map([
    ...spread(testFilesOf(paths), maxTestFiles).map((path) => [path, maxTestFileBytes] as const),
    ...packages.slice(0, maxPackageManifests).map((path) => [path, maxManifestBytes] as const),
    ...paths
      .filter((path) => isDeciding(path) || isOfPart(path))
      .map((path) => [path, maxManifestBytes] as const),
  ]);
}

/** A path as one word of a shell's command line. */
export const shellWord = (path: string): string =>
  /^[\w./@+-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

/** The files of a part of a repository, as if it were a repository. */
export function filesBelow({ paths, contents }: RepositoryFiles, folder: string): RepositoryFiles {
  const prefix = `${folder}/`;
  const below = (path: string) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : []);
  return {
    paths: paths.flatMap(below),
    contents: new Map(
      [...contents].flatMap(([path, text]) => below(path).map((name) => [name, text] as const)),
    ),
  };
}

/** A few files of each folder rather than all of the first one. */
function spread(paths: readonly string[], max: number): readonly string[] {
  if (paths.length <= max) return paths;
  const step = paths.length / max;
  return Array.from({ length: max }, (_, index) => paths[Math.floor(index * step)] ?? '');
}

/** Texts of the test files that were read. */
export const testTexts = ({ paths, contents }: RepositoryFiles): readonly string[] =>
  testFilesOf(paths).flatMap((path) => contents.get(path) ?? []);

/** The same files without byte-order marks. */
export const withoutByteOrderMarks = ({ paths, contents }: RepositoryFiles): RepositoryFiles => ({
  paths,
  contents: new Map([...contents].map(([path, text]) => [path, withoutByteOrderMark(text)])),
});

export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

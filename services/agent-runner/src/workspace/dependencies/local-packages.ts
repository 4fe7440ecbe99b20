import { posix } from 'node:path';
import { FailureException } from '@ymera/kernel';
import { unavailable } from './install-problem';
import type { CommittedFile, ProjectFiles } from './project-files';

/** Files that name local packages of the project. */
const naming =
  /(^|\/)(package\.json|package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lock|requirements[\w.-]*\.(txt|in)|pyproject\.toml|uv\.lock|poetry\.lock)$|^requirements\/[\w.-]+\.txt$/;
const archive = /\.(tgz|tar\.gz|whl|zip)$/;
/** Yarn's cache of packages in the project, and a mirror at the configured path. */
const yarnCache = /^\.yarn\/cache\/.+\.zip$/;
const yarnMirror = /^\s*yarn-offline-mirror\s+"?\.?\/?([^"\n]+?)\/?"?\s*$/m;
const findLinks = /^\s*(?:-f|--find-links)[\s=]+\.?\/?([\w./-]+?)\/?\s*$/gm;
const isInside = (path: string) => /(^|\/)(node_modules|fixtures?|__fixtures__|testdata)\//.test(path);

const maxNamingFiles = 300;
const maxFiles = 5000;

/**
 * Files of the project itself that a manager installs, beside its manifests: committed archives, and folders of
 * `file:`, `link:` and `portal:`. Throws when there are too many.
 */
export async function localPackages(files: ProjectFiles): Promise<readonly CommittedFile[]> {
  const texts = await files.readAll([
    ...files.paths.filter((path) => naming.test(path) && !isInside(path)).slice(0, maxNamingFiles),
    '.yarnrc',
  ]);
  const named = new Set([...texts].flatMap(([path, text]) => placesIn(path, text)));
  const folders = new Set([...texts].flatMap(([, text]) => archiveFolders(text)));
  const isNamed = (path: string) =>
    yarnCache.test(path) ||
    named.has(path) ||
    (archive.test(path) && folders.has(posix.dirname(path))) ||
    parents(path).some((folder) => named.has(folder));
  const paths = files.paths.filter((path) => !/(^|\/)node_modules\//.test(path) && isNamed(path));
  if (paths.length > maxFiles)
    throw new FailureException(unavailable(`more than ${maxFiles} files of them are committed`));
  return files.asTheyAre(paths);
}

/** Paths in the repository that a file names, relative to its own folder. */
function placesIn(file: string, text: string): readonly string[] {
  const specifiers = [
    ...text.matchAll(/["'\s(@](?:file|link|portal):(?!\/\/)([^"'\s,:#)]+)/g),
    ...text.matchAll(/(?:path|url)\s*=\s*"([^":]+\.(?:whl|tar\.gz))"/g),
    ...(/\.(txt|in)$/.test(file) ? text.matchAll(/^\s*(\.{0,2}\/?[\w./-]+\.(?:whl|tar\.gz))/gm) : []),
  ];
  return specifiers.flatMap(([, specifier = '']) => {
    const path = posix.normalize(posix.join(posix.dirname(file), specifier)).replace(/\/$/, '');
    return path === '.' || path.startsWith('..') || posix.isAbsolute(specifier) ? [] : [path];
  });
}

const archiveFolders = (text: string): readonly string[] => [
  ...[yarnMirror.exec(text)?.[1] ?? []].flat(),
  ...[...text.matchAll(findLinks)].map(([, folder = '']) => folder),
];

/** Parent folders of a path, without the repository itself. */
const parents = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'));

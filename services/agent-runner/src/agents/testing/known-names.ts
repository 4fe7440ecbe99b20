import { posix } from 'node:path';
import type { Workspace } from '../../workspace/workspace';

const manifests =
  /(?:^|\/)(?:package\.json|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|requirements[\w-]*\.txt|Gemfile|go\.mod|Cargo\.toml|mix\.exs|composer\.json)$/;
const maxManifests = 20;

export interface KnownNames {
  /** Whether a manifest of the commit names a package. A package that no manifest names is missing from the code, not from the machine. */
  readonly declares: (packageName: string) => boolean;
  /** Whether a file or folder of the commit has the name, without extension. */
  readonly hasModule: (name: string) => boolean;
}

/** The names of packages and modules in a commit. */
export async function knownNames(workspace: Workspace): Promise<KnownNames> {
  const listed = await workspace.committedFiles();
  const files = listed.ok ? listed.value : [];
  const paths = files.filter((path) => manifests.test(path));
  const modules = new Set(
    files.flatMap((path) => path.split('/').map((part) => normalised(part.replace(/(?<=.)\.\w+$/, '')))),
  );
  const nearest = paths.toSorted((one, other) => depth(one) - depth(other)).slice(0, maxManifests);
  const texts = await Promise.all(nearest.map((path) => workspace.committedFile(path)));
  const words = texts.map((text) => (text.ok ? normalised(text.value ?? '') : '')).join('\n');
  return {
    declares: (packageName) => words.includes(normalised(packageName)),
    hasModule: (name) => modules.has(normalised(name)),
  };
}

const depth = (path: string): number => posix.normalize(path).split('/').length;

/** Python and Ruby spell one package in several ways. */
const normalised = (text: string): string => text.toLowerCase().replaceAll('_', '-');

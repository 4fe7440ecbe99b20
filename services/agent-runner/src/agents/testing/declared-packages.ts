import { posix } from 'node:path';
import type { Workspace } from '../../workspace/workspace';

const manifests =
  /(?:^|\/)(?:package\.json|pyproject\.toml|setup\.(?:py|cfg)|Pipfile|requirements[\w-]*\.txt|Gemfile|go\.mod|Cargo\.toml|mix\.exs|composer\.json)$/;
const maxManifests = 20;

/** Whether a manifest of the commit names a package. One that none of them names is missing from the code, not from the machine. */
export async function declaredPackages(workspace: Workspace): Promise<(packageName: string) => boolean> {
  const listed = await workspace.committedFiles();
  const paths = listed.ok ? listed.value.filter((path) => manifests.test(path)) : [];
  const nearest = paths.toSorted((one, other) => depth(one) - depth(other)).slice(0, maxManifests);
  const texts = await Promise.all(nearest.map((path) => workspace.committedFile(path)));
  const words = texts.map((text) => (text.ok ? normalised(text.value ?? '') : '')).join('\n');
  return (packageName) => words.includes(normalised(packageName));
}

const depth = (path: string): number => posix.normalize(path).split('/').length;

/** Python and Ruby spell one package in several ways. */
const normalised = (text: string): string => text.toLowerCase().replaceAll('_', '-');

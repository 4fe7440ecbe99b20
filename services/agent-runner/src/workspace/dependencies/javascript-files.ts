import { z } from 'zod';
import type { ProjectFiles } from './project-files';

const record = z.record(z.string(), z.unknown()).catch({});
const packageFile = z.object({
  packageManager: z.string().optional().catch(undefined),
  dependencies: record.optional(),
  devDependencies: record.optional(),
  optionalDependencies: record.optional(),
  workspaces: z.unknown().optional(),
});

export type PackageFile = z.output<typeof packageFile>;

export async function readPackageFile(files: ProjectFiles): Promise<PackageFile | undefined> {
  const parsed = packageFile.safeParse(parseJson(await files.read('package.json')));
  return parsed.success ? parsed.data : undefined;
}

export const asksForPackages = ({
  dependencies,
  devDependencies,
  optionalDependencies,
  workspaces,
}: PackageFile): boolean =>
  // Workspaces are linked to each other, whatever other dependencies exist.
  workspaces !== undefined ||
  [dependencies, devDependencies, optionalDependencies].some((group) => Object.keys(group ?? {}).length > 0);

/** The version of a manager in `packageManager`: `pnpm@9.12.0+sha512...`. */
export function declaredVersion({ packageManager = '' }: PackageFile, manager: string): string | undefined {
  const [name = '', version = ''] = packageManager.split('@');
  return name === manager ? /^\d+\.\d+\.\d+[\w.-]*/.exec(version)?.[0] : undefined;
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** The manager of a project: the manifest's declaration wins; then the lockfile. */
export function managerOf(files: ProjectFiles, { packageManager = '' }: PackageFile): PackageManager {
  const declared = /^(npm|pnpm|yarn|bun)@/.exec(packageManager)?.[1];
  if (declared !== undefined) return declared as PackageManager;
  const byLockfile: readonly (readonly [string, PackageManager])[] = [
    ['package-lock.json', 'npm'],
    ['npm-shrinkwrap.json', 'npm'],
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['bun.lockb', 'bun'],
  ];
  return byLockfile.find(([file]) => files.has(file))?.[1] ?? 'npm';
}

const maxManifests = 500;

/**
 * Manifests of the root and of possible workspaces, with the settings and patches that a package manager reads.
 */
export async function manifestsOf(
  files: ProjectFiles,
  also: readonly string[],
): Promise<Map<string, string>> {
  const manifests = files.paths.filter((path) => /(^|\/)package\.json$/.test(path) && !isInside(path));
  const patches = files.paths.filter((path) => /^(\.yarn\/)?patches\/.+\.patch$/.test(path));
  const wanted = ['package.json', '.npmrc', ...also, ...manifests.slice(0, maxManifests), ...patches];
  return new Map(await files.readAll(wanted));
}

const isInside = (path: string) => /(^|\/)(node_modules|fixtures?|__fixtures__|testdata)\//.test(path);

export function parseJson(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}

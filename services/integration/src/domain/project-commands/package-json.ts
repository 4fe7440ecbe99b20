import { z } from 'zod';
import { parseJson, type RepositoryFiles } from './repository-files';

const record = z.record(z.string(), z.unknown()).catch({});
const packageFile = z.object({
  packageManager: z.string().optional().catch(undefined),
  scripts: record.optional(),
  dependencies: record.optional(),
  devDependencies: record.optional(),
  workspaces: z.unknown().optional(),
  name: z.string().optional().catch(undefined),
  main: z.unknown().optional(),
  module: z.unknown().optional(),
  exports: z.unknown().optional(),
});

export interface PackageJson {
  /** Scripts that are commands, without the placeholder of `npm init`. */
  readonly scripts: ReadonlyMap<string, string>;
  readonly dependencies: ReadonlySet<string>;
  readonly packageManager: string | undefined;
  readonly hasWorkspaces: boolean;
  readonly name: string | undefined;
  /** Folders that are imported by users of the package. */
  readonly entryFolders: ReadonlySet<string>;
}

/** The placeholder of `npm init` for missing tests. */
const placeholderTest = /no test specified/i;

/** A package manifest; undefined when missing or unreadable. */
export function readPackageJson(
  { contents }: RepositoryFiles,
  path = 'package.json',
): PackageJson | undefined {
  const parsed = packageFile.safeParse(parseJson(contents.get(path)));
  if (!parsed.success) return undefined;
  const {
    scripts = {},
    dependencies = {},
    devDependencies = {},
    packageManager,
    workspaces,
    name,
  } = parsed.data;
  const commands = Object.entries(scripts).flatMap(([name, script]) =>
    typeof script === 'string' && script.trim() !== '' && !placeholderTest.test(script)
      ? [[name, script] as const]
      : [],
  );
  return {
    scripts: new Map(commands),
    dependencies: new Set([...Object.keys(dependencies), ...Object.keys(devDependencies)]),
    packageManager,
    hasWorkspaces: workspaces !== undefined,
    name,
    entryFolders: new Set(
      textsIn([parsed.data.main, parsed.data.module, parsed.data.exports]).flatMap(
        (entry) => /^(?:\.\/)?([\w-]+)\//.exec(entry)?.[1] ?? [],
      ),
    ),
  };
}

/** `exports` nests conditions. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

export type PackageManager = 'npm' | 'pnpm' | 'yarn' | 'bun';

/** The manager that the manifest declares; otherwise the one of the lockfile. */
export function packageManagerOf(declared: string | undefined, paths: readonly string[]): PackageManager {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(declared ?? '')?.[1];
  if (named !== undefined) return named as PackageManager;
  const byLockfile: readonly (readonly [string, PackageManager])[] = [
    ['package-lock.json', 'npm'],
    ['npm-shrinkwrap.json', 'npm'],
    ['pnpm-lock.yaml', 'pnpm'],
    ['yarn.lock', 'yarn'],
    ['bun.lock', 'bun'],
    ['bun.lockb', 'bun'],
  ];
  return byLockfile.find(([file]) => paths.includes(file))?.[1] ?? 'npm';
}

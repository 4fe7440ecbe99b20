import { z } from 'zod';
import type { Installation, Installer } from './installation';
import { asksForPackages, manifestsOf, parseJson, managerOf, readPackageFile } from './javascript-files';
import { localPackages } from './local-packages';

const lockFile = z.object({
  packages: z
    .record(z.string(), z.object({ hasInstallScript: z.boolean().optional() }).loose().catch({}))
    .optional(),
  dependencies: z.record(z.string(), z.unknown()).optional(),
});

const lockFiles = ['npm-shrinkwrap.json', 'package-lock.json'];
const quiet = '--ignore-scripts --no-audit --no-fund --loglevel=error';

/** npm: from its lockfile of any version; without one the manifest's packages at the registry's current versions. */
export const npm: Installer = async ({ files, interpreters, registries }) => {
  const manifest = await readPackageFile(files);
  const lockPath = lockFiles.find((path) => files.has(path));
  if (manifest ? managerOf(files, manifest) !== 'npm' : lockPath === undefined) return undefined;
  const lock = lockPath === undefined ? undefined : lockFile.safeParse(parseJson(await files.read(lockPath)));
  if (lockPath !== undefined && !lock?.success) return undefined;
  const locked = lockedPackages(lock?.data);
  // Neither side has dependencies.
  if (locked.length === 0 && !(manifest && asksForPackages(manifest))) return undefined;
  const withScripts = Object.entries(lock?.data?.packages ?? {})
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([place]) => place.split('node_modules/').at(-1) ?? place);
  const notes = [
    ...(lockPath === undefined
      ? ['There is no lockfile: npm takes what the registry has now, once for these manifests.']
      : []),
    ...(withScripts.length > 0 ? [scriptsNote(withScripts)] : []),
  ];
  return {
    name: 'npm',
    manifest: lockPath ?? 'package.json',
    inputs: await manifestsOf(files, [...lockFiles, ...folders(locked)]),
    copied: await localPackages(files),
    decides: [interpreters.get('node')?.version ?? ''],
    command: `npm ${lockPath === undefined ? 'install --no-package-lock' : 'ci'} ${quiet}`,
    environment: registries.npm === undefined ? {} : { npm_config_registry: registries.npm },
    notes,
  };
};

/** Places of the lockfile; the first version of its format knows only names. */
function lockedPackages(lock: z.output<typeof lockFile> | undefined): readonly string[] {
  const places = Object.keys(lock?.packages ?? {}).filter((place) => place !== '');
  return places.length > 0
    ? places
    : Object.keys(lock?.dependencies ?? {}).map((name) => `node_modules/${name}`);
}

/** Packages of the project itself, anywhere in the manifest. */
const folders = (places: readonly string[]): readonly string[] =>
  places.filter((place) => !place.includes('node_modules/')).map((place) => `${place}/package.json`);

const shownNames = 10;

export const scriptsNote = (names: readonly string[]): string =>
  `Install scripts are not run, also not those of ${[...new Set(names)].slice(0, shownNames).join(', ')}.`;

/** A program from the npm registry, in a separate folder. */
export const npmTool = (
  name: string,
  version: string,
  programs: string,
  registry: string | undefined,
): Installation => ({
  name: `npm (${name})`,
  manifest: 'package.json',
  inputs: new Map(),
  command: `cd "$YMERA_PLACE" && npm install --prefix . ${quiet} --no-save ${name}@${version}`,
  environment: registry === undefined ? {} : { npm_config_registry: registry },
  place: `tools/${name.replaceAll(/[^\w.-]/g, '-')}`,
  provides: (place) => ({ toolPath: [`${place}/node_modules/${programs}`] }),
});

import type { Installer } from './installation';
import {
  asksForPackages,
  declaredVersion,
  managerOf,
  manifestsOf,
  readPackageFile,
} from './javascript-files';
import { localPackages } from './local-packages';
import { npmTool, scriptsNote } from './npm';

/** The release that reads a format of the lockfile, where the manifest names none. */
const releases: readonly (readonly [RegExp, string])[] = [
  [/^9/, '9.15.9'],
  [/^6\.[1-9]/, '8.15.9'],
  [/^6/, '8.15.9'],
  [/^5\.4/, '7.33.7'],
  [/^5/, '6.35.1'],
];
const defaultRelease = '9.15.9';

/** pnpm: the release that the project names or that wrote its lockfile. Patches and hooks of the project are applied. */
export const pnpm: Installer = async ({ files, interpreters, registries }) => {
  const manifest = await readPackageFile(files);
  const lock = await files.read('pnpm-lock.yaml');
  const declared = manifest && declaredVersion(manifest, 'pnpm');
  if (!manifest || managerOf(files, manifest) !== 'pnpm' || !(lock || asksForPackages(manifest)))
    return undefined;
  const format = /^lockfileVersion:\s*'?"?([\d.]+)/m.exec(lock ?? '')?.[1] ?? '';
  const version = declared ?? releases.find(([pattern]) => pattern.test(format))?.[1] ?? defaultRelease;
  const withScripts = [
    ...(lock ?? '').matchAll(
      /^ {2}'?\/?([^\s'][^\n]*?)(?:@[^@\n]*)?'?:\n(?: {4}.*\n)*? {4}requiresBuild: true/gm,
    ),
  ];
  const isFrozen = lock === undefined ? '--no-frozen-lockfile' : '--frozen-lockfile';
  return {
    name: `pnpm ${version}`,
    manifest: lock === undefined ? 'package.json' : 'pnpm-lock.yaml',
    inputs: await manifestsOf(files, [
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
      '.pnpmfile.cjs',
      'pnpmfile.js',
    ]),
    copied: await localPackages(files),
    decides: [interpreters.get('node')?.version ?? ''],
    // The store is beside its link targets, and is not needed after the installation.
    command: `pnpm install ${isFrozen} --ignore-scripts --store-dir "$YMERA_WORK/.ymera-store" --reporter=append-only; code=$?; rm -rf .ymera-store; exit $code`,
    environment: {
      ...(registries.npm === undefined ? {} : { npm_config_registry: registries.npm }),
      npm_config_manage_package_manager_versions: 'false',
    },
    tools: [npmTool('pnpm', version, '.bin', registries.npm)],
    notes: [
      ...(lock === undefined ? ['There is no lockfile: pnpm takes what the registry has now.'] : []),
      ...(withScripts.length > 0 ? [scriptsNote(withScripts.map((match) => match[1] ?? ''))] : []),
    ],
  };
};

import type { Installation, Installer, InstallerInput } from './installation';
import {
  declaredVersion,
  managerOf,
  manifestsOf,
  readPackageFile,
  type PackageFile,
} from './javascript-files';
import { localPackages } from './local-packages';
import { npmTool } from './npm';

const classicRelease = '1.22.22';
/** The release that reads a version of the lockfile, where the project names none. */
const berryReleases: Readonly<Record<string, string>> = {
  '4': '2.4.3',
  '5': '3.1.1',
  '6': '3.8.7',
  '8': '4.9.4',
};
const defaultBerry = '4.9.4';

/** Yarn: classic, or a later release with its packages in `node_modules`. */
export const yarn: Installer = async (input) => {
  const { files } = input;
  const manifest = await readPackageFile(files);
  const lock = await files.read('yarn.lock');
  if (!manifest || managerOf(files, manifest) !== 'yarn' || lock === undefined) return undefined;
  const declared = declaredVersion(manifest, 'yarn');
  const isClassic = declared === undefined ? !/^__metadata:/m.test(lock) : declared.startsWith('1.');
  return isClassic ? classic(input, declared) : berry(input, manifest, lock);
};

async function classic(
  { files, interpreters, registries }: InstallerInput,
  declared = classicRelease,
): Promise<Installation> {
  return {
    name: `Yarn ${declared}`,
    manifest: 'yarn.lock',
    inputs: await manifestsOf(files, ['yarn.lock', '.yarnrc']),
    copied: await localPackages(files),
    decides: [interpreters.get('node')?.version ?? ''],
    command:
      'export HOME=$(mktemp -d); yarn install --frozen-lockfile --ignore-scripts --non-interactive --no-progress --cache-folder "$HOME/cache" --no-default-rc --https-proxy "$HTTPS_PROXY" --proxy "$HTTP_PROXY"',
    environment: { ...registry(registries.npm), YARN_IGNORE_PATH: '1' },
    tools: [npmTool('yarn', declared, '.bin', registries.npm)],
  };
}

async function berry(
  { files, interpreters, registries }: InstallerInput,
  manifest: PackageFile,
  lock: string,
): Promise<Installation> {
  const settings = (await files.read('.yarnrc.yml')) ?? '';
  const bundled = /yarn-(\d+\.\d+\.\d+)\.cjs/.exec(settings)?.[1];
  const format = /^__metadata:\s*\n\s*version:\s*(\d+)/m.exec(lock)?.[1] ?? '';
  const version = declaredVersion(manifest, 'yarn') ?? bundled ?? berryReleases[format] ?? defaultBerry;
  const usesModules = /^nodeLinker:\s*['"]?(node-modules|pnpm)/m.test(settings);
  const plugins = files.paths.filter((path) => /^\.yarn\/plugins\/.+\.cjs$/.test(path));
  return {
    name: `Yarn ${version}`,
    manifest: 'yarn.lock',
    inputs: await manifestsOf(files, ['yarn.lock', '.yarnrc.yml', ...plugins]),
    copied: await localPackages(files),
    decides: [interpreters.get('node')?.version ?? ''],
    command: `yarn install --immutable ${version.startsWith('2.') ? '' : '--mode=skip-build'}; code=$?; rm -rf .yarn/cache; exit $code`,
    environment: {
      ...registry(registries.npm),
      ...(registries.npm === undefined ? {} : { YARN_NPM_REGISTRY_SERVER: registries.npm }),
      YARN_IGNORE_PATH: '1',
      YARN_NODE_LINKER: 'node-modules',
      YARN_ENABLE_GLOBAL_CACHE: 'false',
      YARN_ENABLE_SCRIPTS: 'false',
      YARN_ENABLE_TELEMETRY: 'false',
      YARN_ENABLE_HARDENED_MODE: 'false',
      YARN_NM_MODE: 'classic',
    },
    tools: [npmTool('@yarnpkg/cli-dist', version, '.bin', registries.npm)],
    notes: usesModules ? [] : [`Packages are installed in node_modules, and not by Plug’n’Play.`],
  };
}

const registry = (address: string | undefined): Readonly<Record<string, string>> =>
  address === undefined ? {} : { npm_config_registry: address, YARN_REGISTRY: address };

import type { Installer } from './installation';
import { declaredVersion, managerOf, manifestsOf, readPackageFile } from './javascript-files';
import { localPackages } from './local-packages';
import { npmTool } from './npm';

/** It reads every version of the lockfile. */
const defaultRelease = '1.4.5';
const platforms: Readonly<Record<string, string>> = { x64: 'linux-x64', arm64: 'linux-aarch64' };

/** Bun, from its package in the npm registry. The older, binary lockfile is no text and is ignored. */
export const bun: Installer = async ({ files, registries }) => {
  const manifest = await readPackageFile(files);
  const declared = manifest && declaredVersion(manifest, 'bun');
  if (!manifest || managerOf(files, manifest) !== 'bun') return undefined;
  const platform = platforms[process.arch];
  if (platform === undefined || process.platform !== 'linux') return undefined;
  const hasLock = files.has('bun.lock');
  return {
    name: 'Bun',
    manifest: hasLock ? 'bun.lock' : 'package.json',
    inputs: await manifestsOf(files, ['bun.lock', 'bunfig.toml']),
    copied: await localPackages(files),
    command: `bun install ${hasLock ? '--frozen-lockfile' : '--no-save'} --ignore-scripts --no-progress --cache-dir "$TMPDIR/cache" --backend copyfile`,
    environment: registries.npm === undefined ? {} : { npm_config_registry: registries.npm },
    tools: [
      npmTool(
        `@oven/bun-${platform}`,
        declared ?? defaultRelease,
        `@oven/bun-${platform}/bin`,
        registries.npm,
      ),
    ],
    notes: hasLock ? [] : ['There is no lockfile that is a text: Bun takes what the registry has now.'],
  };
};

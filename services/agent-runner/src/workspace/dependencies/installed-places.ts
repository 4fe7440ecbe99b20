import { posix } from 'node:path';
import { projectParts } from '@ymera/contracts';
import type { Installer, PreparedProject } from './installation';
import { installers, partInstallers } from './installers';
import type { ProjectFiles } from './project-files';

interface PlaceToInstall {
  /** Empty for the root. */
  readonly folder: string;
  readonly files: ProjectFiles;
  readonly installers: readonly Installer[];
}

/**
 * The root, and the parts of the repository that are projects of another language. There is one virtual environment: the first
 * part with Python has it, and then the root needs none.
 */
export function placesToInstall(files: ProjectFiles): readonly PlaceToInstall[] {
  const all = projectParts(files.paths);
  const firstPython = all.find(({ ecosystem }) => ecosystem === 'python');
  const parts = all.filter((part) => part.ecosystem !== 'python' || part === firstPython);
  const own = new Set(firstPython ? partInstallers.python : []);
  return [
    { folder: '', files, installers: installers.filter((installer) => !own.has(installer)) },
    ...parts.flatMap(({ folder, ecosystem }) => {
      const some = partInstallers[ecosystem];
      return some ? [{ folder, files: files.below(folder), installers: some }] : [];
    }),
  ];
}

/** Paths in the working copy are mapped to the part's folder. */
export const inFolder = (folder: string, prepared: PreparedProject): PreparedProject =>
  folder === '' || !prepared.mounts
    ? prepared
    : {
        ...prepared,
        mounts: prepared.mounts.map((mount) =>
          posix.isAbsolute(mount.target) ? mount : { ...mount, target: posix.join(folder, mount.target) },
        ),
      };

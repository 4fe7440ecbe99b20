import { lstatSync, rmdirSync, statSync, unlinkSync } from 'node:fs';
import { isAbsolute, join, posix } from 'node:path';
import type { SandboxMount } from './sandbox';

/** These characters separate the fields and options of an overlay mount. */
const unmountable = /[:,\\]/;

/** Mounts as they can be made here, with the paths at which they are visible. */
export const possibleMounts = (
  mounts: readonly SandboxMount[],
  hasLayers: boolean,
  placeOf: (mount: SandboxMount) => string,
): readonly SandboxMount[] =>
  mounts.map((mount) => {
    const { source, access = 'read' } = mount;
    const isReadOnly = access === 'layered' && (!hasLayers || unmountable.test(source));
    return { source, target: placeOf(mount), access: isReadOnly ? 'read' : access };
  });

/**
 * Creates mount points in a working copy. Returns the function that removes them after the run, unless they are used: an
 * empty folder of packages is no part of the project.
 */
export function madeMountPoints(workspace: string, mounts: readonly SandboxMount[]): () => void {
  const made = new Set<string>();
  for (const { target } of mounts) {
    const path = posix.normalize(target);
    if (!isAbsolute(target) && !isThere(join(workspace, path))) made.add(path);
  }
  // The innermost first.
  const paths = [...made].sort((one, other) => other.length - one.length);
  return () => {
    for (const path of paths) removeEmpty(join(workspace, path));
  };
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

function removeEmpty(path: string): void {
  try {
    const status = statSync(path);
    if (status.isDirectory()) rmdirSync(path);
    else if (status.size === 0) unlinkSync(path);
  } catch {
    // It is not empty, or the command removed it.
  }
}

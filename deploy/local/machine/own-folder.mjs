import { lstatSync, mkdirSync } from 'node:fs';
import { LauncherFailure } from '../failure.mjs';

/** A folder in a place where everybody may make one, under a name that everybody can guess: it has to be ours alone. */
export function ownFolder(path, mode) {
  mkdirSync(path, { recursive: true, mode });
  const stat = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== process.getuid() || (stat.mode & 0o022) !== 0)
    throw new LauncherFailure('unsafe_folder', `${path} is not a folder that only this user can write`, {
      suggestion: `look at it and remove it: rm -r ${path}`,
    });
  return path;
}

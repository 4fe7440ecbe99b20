import { lstatSync, mkdirSync } from 'node:fs';
import { LauncherFailure } from '../failure.mjs';
import { ownUid } from './account.mjs';

/**
 * A folder in a place where every user may make one, under a name that every user can guess. Refused unless it is ours and
 * only we can write to it.
 * @param {string} path
 * @param {number} mode
 */
export function ownFolder(path, mode) {
  mkdirSync(path, { recursive: true, mode });
  const stat = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== ownUid() || (stat.mode & 0o022) !== 0)
    throw new LauncherFailure('unsafe_folder', `${path} is not a folder that only this user can write`, {
      suggestion: `inspect and remove it: rm -r ${path}`,
    });
  return path;
}

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { mapConcurrently } from '@ymera/kernel';
import { isRegularFile, type ChangeEntry } from './change-entries';

const readConcurrency = 8;

/**
 * Entries that may differ for git only: line ends, or an encoding, of a commit that violates its own attributes
 * are normalised whenever git adds the file, also an untouched one. Only the bytes tell whether a file was touched. A name
 * that is not UTF-8 cannot be queried, and counts as touched.
 */
export const perhapsUntouched = (entries: readonly ChangeEntry[]): readonly ChangeEntry[] =>
  entries.filter(
    ({ path, oldMode, newMode, oldObject, newObject }) =>
      isRegularFile(oldMode) && isRegularFile(newMode) && oldObject !== newObject && !path.includes('\ufffd'),
  );

/** Those whose file equals, byte for byte, a checkout of the base. */
export async function untouchedFiles(
  entries: readonly ChangeEntry[],
  copy: string,
  checkedOut: string,
): Promise<readonly ChangeEntry[]> {
  const isSame = await mapConcurrently(entries, readConcurrency, ({ path }) =>
    haveSameBytes(join(copy, path), join(checkedOut, path)),
  );
  return entries.filter((_, index) => isSame[index]);
}

/** Input of `git update-index -z --index-info` that restores the base’s contents; a changed mode stays. */
export const contentsOfBase = (entries: readonly ChangeEntry[]): string =>
  entries.map(({ newMode, oldObject, path }) => `${newMode} ${oldObject}\t${path}\0`).join('');

async function haveSameBytes(one: string, other: string): Promise<boolean> {
  const [left, right] = await Promise.all([lstat(one), lstat(other)]);
  if (!left.isFile() || !right.isFile() || left.size !== right.size) return false;
  const [first, second] = await Promise.all([digest(one), digest(other)]);
  return first === second;
}

/** Streamed: a file may be larger than what fits in memory. */
async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

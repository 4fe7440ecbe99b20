import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256Hex } from '@ymera/kernel';
import { CliError } from '../cli-error';

const seenFolder = join(__dirname, '../../../../.ymera/audit-seen');

/** The file of the last valid checkpoint, for each log by its origin. */
export const rememberedFile = (origin: string, folder = seenFolder): string =>
  join(folder, `${sha256Hex(origin).slice(0, 16)}.checkpoint`);

/** Undefined when there is no checkpoint yet. */
export function recall(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes completely or not at all. */
export function remember(file: string, checkpoint: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, checkpoint);
  renameSync(`${file}.new`, file);
}

/** A file that the person named must exist. */
export function readGiven(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new CliError('file_unreadable', `The ${what} ${path} cannot be read.`, 2);
  }
}

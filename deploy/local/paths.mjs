import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const repositoryRoot = resolve(import.meta.dirname, '..', '..');
export const stateRoot = join(repositoryRoot, '.ymera');

/** Names this checkout in places that several checkouts share, such as /var/tmp. */
export const checkoutHash = createHash('sha256').update(repositoryRoot).digest('hex').slice(0, 12);

export function inRepository(...parts) {
  return join(repositoryRoot, ...parts);
}

/**
 * Folders that the database's and the broker's unprivileged account must pass through may be entered (0711) but not
 * listed; everything private below them is 0700.
 */
export function ensureFolder(path, mode = 0o700) {
  mkdirSync(path, { recursive: true, mode });
  return path;
}

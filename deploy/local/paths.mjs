import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const repositoryRoot = resolve(import.meta.dirname, '..', '..');
export const stateRoot = join(repositoryRoot, '.ymera');

/** Names this checkout in places that several checkouts share, such as /var/tmp. */
export const checkoutHash = createHash('sha256').update(repositoryRoot).digest('hex').slice(0, 12);

/** @param {string[]} parts */
export function inRepository(...parts) {
  return join(repositoryRoot, ...parts);
}

/**
 * Makes a folder and its parents. Folders that the unprivileged account of database and broker passes through have mode
 * 0711: it may enter, not list. Everything private below them is 0700.
 * @param {string} path
 */
export function ensureFolder(path, mode = 0o700) {
  mkdirSync(path, { recursive: true, mode });
  return path;
}

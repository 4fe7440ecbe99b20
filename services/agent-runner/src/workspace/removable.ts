import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Restores the permissions that a command may have removed from its own files (`chmod 000`), so that the copy can be read and
 * removed. Not needed for root. Links are not followed.
 */
export async function makeRemovable(folder: string): Promise<void> {
  if (process.getuid?.() === 0) return;
  open(folder);
}

function open(path: string): void {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status || status.isSymbolicLink() || (!status.isDirectory() && !status.isFile())) return;
  const needed = status.isDirectory() ? 0o700 : 0o600;
  if ((status.mode & needed) !== needed) chmodSync(path, (status.mode & 0o7777) | needed);
  if (status.isDirectory()) for (const name of readdirSync(path)) open(join(path, name));
}

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes the leftovers of dead processes from a folder of temporary files; no live file is that old. */
export async function removeStale(folder: string, olderThanMs: number, now: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && now.getTime() - found.mtimeMs > olderThanMs)
      await rm(path, { recursive: true, force: true });
  }
}

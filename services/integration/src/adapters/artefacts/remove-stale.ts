import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes what a process that died left in a folder of things on their way; nothing is on its way for so long. */
export async function removeStale(folder: string, olderThanMs: number, now: Date): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && now.getTime() - found.mtimeMs > olderThanMs)
      await rm(path, { recursive: true, force: true });
  }
}

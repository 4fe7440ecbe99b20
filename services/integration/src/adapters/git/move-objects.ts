import { access, mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Moves loose objects into a repository on the same file system. Objects are named by their content, so an existing one is
 * identical; an interrupted move leaves unreferenced objects, which the next attempt finds in place.
 */
export async function moveObjects(from: string, to: string): Promise<void> {
  for (const folder of await readdir(from)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    await mkdir(join(to, folder), { recursive: true });
    for (const name of await readdir(join(from, folder))) {
      const target = join(to, folder, name);
      const isThere = await access(target).then(
        () => true,
        () => false,
      );
      if (!isThere) await rename(join(from, folder, name), target);
    }
  }
}

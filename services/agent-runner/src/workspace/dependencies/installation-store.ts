import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installation } from './installation';

const maxKept = 40;
const temporaryPrefix = 'installing-';
/** Longer than an installation may take. */
const abandonedAfterMs = 3_600_000;

/** Increase when the format of stored installations changes. */
const layoutVersion = 3;

/** All inputs of an installation, so that no project can leave files in another's. */
export function digestOfInstallation(installation: Installation): string {
  const {
    name,
    inputs,
    copied = [],
    placeholders = [],
    decides = [],
    command,
    environment = {},
    tools = [],
    place,
  } = installation;
  const parts = [
    ...[layoutVersion, process.platform, process.arch, name, command ?? '', place ?? ''],
    ...[
      [...inputs].sort(),
      copied.map(({ path, object }) => [path, object]).sort(),
      [...placeholders].sort(),
      decides,
      Object.entries(environment).sort(),
    ],
    ...[tools.map(digestOfInstallation)],
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Installations on the disk, identified by their digests; the least recently used are deleted. */
export class InstallationStore {
  constructor(private readonly folder: string) {}

  /** The folder of an existing installation, marked as used. */
  async find(digest: string): Promise<string | undefined> {
    const kept = join(this.folder, digest);
    if (!existsSync(kept)) return undefined;
    const now = new Date();
    await utimes(kept, now, now);
    return kept;
  }

  /** A new folder; the caller provides the random part of the name. */
  async begin(id: string): Promise<string> {
    const folder = join(this.folder, `${temporaryPrefix}${id}`);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Renamed when complete: a run that dies on the way leaves no partial installation under the name. */
  async keep(folder: string, digest: string): Promise<string> {
    const kept = join(this.folder, digest);
    await rename(folder, kept).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    await this.deleteOldest();
    return kept;
  }

  private async deleteOldest(): Promise<void> {
    const dated = await Promise.all(
      (await readdir(this.folder)).map(async (name) => {
        const path = join(this.folder, name);
        const usedAt = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
        return { path, usedAt, isUnfinished: name.startsWith(temporaryPrefix) };
      }),
    );
    const abandoned = dated.filter(
      ({ isUnfinished, usedAt }) => isUnfinished && Date.now() - usedAt > abandonedAfterMs,
    );
    const old = dated
      .filter(({ isUnfinished }) => !isUnfinished)
      .toSorted((one, other) => other.usedAt - one.usedAt)
      .slice(maxKept);
    await Promise.all([...abandoned, ...old].map(({ path }) => rm(path, { recursive: true, force: true })));
  }
}

import { failure, FailureException, uuidv7 } from '@ymera/kernel';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { maxArtefactBytes, type ArtefactStore } from '../../application/artefacts';
import type { StoredArtefact } from '../../domain/artefact-retention';
import { BoundedStream } from '../bounded-stream';

/**
 * One file for each artefact, `<first two digits>/<digest>`. A file gets its name only when all of it is on the disk and its
 * digest is right, so every named file is complete.
 */
export class FileArtefactStore implements ArtefactStore {
  constructor(
    private readonly folder: string,
    /** On the same file system, for an atomic rename. */
    private readonly incoming: string,
  ) {}

  async put(digest: string, content: Readable): Promise<{ isNew: boolean; sizeBytes: number }> {
    const path = join(this.incoming, `${uuidv7()}.artefact`);
    try {
      const sizeBytes = await this.receive(path, digest, content);
      const isNew = (await this.find(digest)) === undefined;
      await mkdir(join(this.folder, digest.slice(0, 2)), { recursive: true });
      // Also for an existing artefact: a repeated upload extends its retention.
      await rename(path, this.pathOf(digest));
      return { isNew, sizeBytes };
    } finally {
      await rm(path, { force: true });
    }
  }

  async get(digest: string): Promise<{ sizeBytes: number; content: Readable } | undefined> {
    const found = await this.find(digest);
    return found && { sizeBytes: found.sizeBytes, content: createReadStream(this.pathOf(digest)) };
  }

  async list(): Promise<readonly StoredArtefact[]> {
    const artefacts: StoredArtefact[] = [];
    for (const shard of await readdir(this.folder))
      for (const digest of await readdir(join(this.folder, shard))) {
        const found = await this.find(digest);
        if (found) artefacts.push(found);
      }
    return artefacts;
  }

  async remove(digest: string): Promise<void> {
    await rm(this.pathOf(digest), { force: true });
  }

  private async receive(path: string, digest: string, content: Readable): Promise<number> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    await pipeline(
      content,
      new BoundedStream(maxArtefactBytes, 'artefact_too_large'),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          sizeBytes += chunk.length;
          yield chunk;
        }
      },
      // `flush`: on the disk before it gets its name.
      createWriteStream(path, { flags: 'wx', flush: true }),
    );
    if (hash.digest('hex') === digest) return sizeBytes;
    throw new FailureException(
      failure('validation', 'digest_mismatch', 'The SHA-256 of the content differs from the address.'),
    );
  }

  private async find(digest: string): Promise<StoredArtefact | undefined> {
    const found = await stat(this.pathOf(digest)).catch(() => undefined);
    return found && { digest, sizeBytes: found.size, storedAt: found.mtime };
  }

  private pathOf(digest: string): string {
    return join(this.folder, digest.slice(0, 2), digest);
  }
}

import { uuidv7 } from '@ymera/kernel';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ArtefactStore } from '../../application/artefacts';
import type { PatchFile, PatchFiles } from '../../application/ports';

/**
 * Patches that agents uploaded as artefacts. Copies them, because retention may remove the artefact while git reads. Computes
 * the digest again, because the applied patch must be the named one.
 */
export class ArtefactPatchFiles implements PatchFiles {
  constructor(
    private readonly store: Pick<ArtefactStore, 'get'>,
    /** The periodic job removes leftovers from it. */
    private readonly incoming: string,
  ) {}

  async open(digest: string, sizeBytes: number): Promise<PatchFile | undefined> {
    const wanted = digest.replace(/^sha256:/, '');
    const kept = await this.store.get(wanted);
    if (!kept) return undefined;
    if (kept.sizeBytes !== sizeBytes) {
      kept.content.destroy();
      return undefined;
    }
    const path = join(this.incoming, `${uuidv7()}.patch`);
    const close = () => rm(path, { force: true });
    const hash = createHash('sha256');
    try {
      await pipeline(
        kept.content,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            yield chunk;
          }
        },
        createWriteStream(path, { flags: 'wx' }),
      );
    } catch (error) {
      await close();
      throw error;
    }
    if (hash.digest('hex') === wanted) return { path, close };
    await close();
    return undefined;
  }
}

import type { Clock } from '@ymera/kernel';
import type { Readable } from 'node:stream';
import { expiredArtefacts, type RetentionPolicy, type StoredArtefact } from '../domain/artefact-retention';

export const maxArtefactBytes = 67_108_864;

/** Bytes by their SHA-256, 64 hexadecimal digits. */
export interface ArtefactStore {
  /** Stores the stream if its digest matches; throws `digest_mismatch` or `artefact_too_large`. */
  put(digest: string, content: Readable): Promise<{ readonly isNew: boolean; readonly sizeBytes: number }>;
  get(digest: string): Promise<{ readonly sizeBytes: number; readonly content: Readable } | undefined>;
  list(): Promise<readonly StoredArtefact[]>;
  remove(digest: string): Promise<void>;
}

/** Deletes the artefacts that retention does not keep. */
export class DeleteExpiredArtefacts {
  constructor(
    private readonly store: ArtefactStore,
    private readonly policy: RetentionPolicy,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<number> {
    const expired = expiredArtefacts(await this.store.list(), this.policy, this.clock.now());
    for (const { digest } of expired) await this.store.remove(digest);
    return expired.length;
  }
}

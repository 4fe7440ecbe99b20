import { LRUCache } from 'lru-cache';
import type { AccessCache, PrincipalAccess, RegistryReader } from './ports';

export interface DirectorySettings {
  /** Maximum time until a change by another instance is seen here. */
  readonly maxAgeMs: number;
  readonly maxEntries: number;
}

const directorySettings: DirectorySettings = { maxAgeMs: 2_000, maxEntries: 50_000 };

/**
 * Principals, cached in the process: the broker asks several times per connection and must not wait. Absence is cached
 * too, so that guessed names do not become database reads.
 */
export class PrincipalDirectory implements AccessCache {
  private readonly byName: LRUCache<string, { readonly access: PrincipalAccess | undefined }>;
  /** Never invalidated: a key id is random and belongs to one principal forever. */
  private readonly nameByKey: LRUCache<string, { readonly name: string | undefined }>;
  /** Rises with each invalidation: a read that began before it is not cached. */
  private generation = 0;

  constructor(
    private readonly reader: RegistryReader,
    settings: DirectorySettings = directorySettings,
  ) {
    const bounds = { max: settings.maxEntries, ttl: settings.maxAgeMs };
    this.byName = new LRUCache(bounds);
    this.nameByKey = new LRUCache(bounds);
  }

  async byPrincipal(principalId: string): Promise<PrincipalAccess | undefined> {
    const cached = this.byName.get(principalId);
    if (cached) return cached.access;
    const { generation } = this;
    const access = await this.reader.accessByName(principalId);
    if (generation === this.generation) this.byName.set(principalId, { access });
    return access;
  }

  async byKey(keyId: string): Promise<PrincipalAccess | undefined> {
    const cached = this.nameByKey.get(keyId);
    const { generation } = this;
    const name = cached ? cached.name : await this.reader.principalOfKey(keyId);
    if (!cached && generation === this.generation) this.nameByKey.set(keyId, { name });
    return name === undefined ? undefined : this.byPrincipal(name);
  }

  invalidate(principalId: string): void {
    this.generation += 1;
    this.byName.delete(principalId);
  }
}

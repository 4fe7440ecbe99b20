import type { UnitOfWork } from '@ymera/contracts';
import type { Entry } from '../domain/entry';

export interface EntryStore {
  /** Takes the only pen for this transaction and tells the next free index. Others wait until it ends. */
  nextIndex(): Promise<number>;
  append(entries: readonly Entry[]): Promise<void>;
  /** From `index` on, in order. */
  read(index: number, limit: number): Promise<readonly Entry[]>;
}

export interface AuditStores {
  readonly entries: EntryStore;
}

export type AuditUnitOfWork = UnitOfWork<AuditStores>;

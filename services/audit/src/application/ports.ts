import type { AuditEntry, EntryContent } from '../domain/audit-entry';

/** The log: grows at its end, and changes nowhere. */
export interface EntryLog {
  /**
   * Only one at a time, in all processes, until the transaction is over: indices are dense and become visible in order.
   * What is already there is left out. Gives the number of entries added.
   */
  append(entries: readonly EntryContent[]): Promise<number>;
}

export interface EntryReader {
  /** From this index on, in order. */
  read(fromIndex: number, limit: number): Promise<readonly AuditEntry[]>;
}

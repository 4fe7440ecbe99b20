import type { Hash, LoggedRecord } from '@ymera/transparency';
import type { AuditEntry, EntryContent } from '../domain/audit-entry';

/** The log: grows at its end, and changes nowhere. Part of one transaction. */
export interface EntryLog {
  /**
   * Only one at a time, in all processes, until the transaction is over: indices are dense and become visible in order,
   * and the tree grows with them. What is already there is left out. Gives the number of entries added. Fails with
   * `audit_log_damaged` (it may be tried again) where entries and tree are not of one size.
   */
  append(entries: readonly EntryContent[]): Promise<number>;
}

/** Equal, unless somebody else had a hand in the log. */
export interface LogSizes {
  readonly entries: number;
  readonly leaves: number;
}

/** What was signed. Part of one transaction. */
export interface CheckpointLog {
  /** Waits for whoever appends, and keeps others from appending until the transaction is over. */
  hold(): Promise<LogSizes>;
  /** Of the first `size` entries; undefined where the tree is incomplete. */
  rootOf(size: number): Promise<Hash | undefined>;
  newest(): Promise<string | undefined>;
  add(size: number, note: string): Promise<void>;
}

export interface EntryReader {
  /** From this index on, in order. */
  read(fromIndex: number, limit: number): Promise<readonly AuditEntry[]>;
}

export interface LogReader {
  /** From this index on, in order, as they are stored; fewer when they are large, but one if there is one. */
  records(fromIndex: number, limit: number): Promise<readonly LoggedRecord[]>;
  newestCheckpoint(): Promise<string | undefined>;
  /** Those of at least this size, the smallest first. */
  checkpoints(fromSize: number, limit: number): Promise<readonly { size: number; note: string }[]>;
}

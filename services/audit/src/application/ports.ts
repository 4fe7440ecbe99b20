import type { Hash, LoggedRecord } from '@ymera/transparency';
import type { AuditEntry, EntryContent } from '../domain/audit-entry';

/** The append-only log. Part of one transaction. */
export interface EntryLog {
  /**
   * Appends with one writer in all processes until the end of the transaction: indices have no gaps and become visible in
   * order, and the tree grows with them. Known events are skipped. Returns the number of entries added. Throws a retryable
   * `audit_log_damaged` when entries and tree differ in size.
   */
  append(entries: readonly EntryContent[]): Promise<number>;
}

/** Equal, unless the log was changed from outside. */
export interface LogSizes {
  readonly entries: number;
  readonly leaves: number;
}

/** The signed checkpoints. Part of one transaction. */
export interface CheckpointLog {
  /** Waits for a concurrent append, and blocks further ones until the end of the transaction. */
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
  /** From this index on, in order, as stored; fewer when they are large, but at least one if there is one. */
  records(fromIndex: number, limit: number): Promise<readonly LoggedRecord[]>;
  newestCheckpoint(): Promise<string | undefined>;
  /** Checkpoints of at least this size, smallest first. */
  checkpoints(fromSize: number, limit: number): Promise<readonly { size: number; note: string }[]>;
}

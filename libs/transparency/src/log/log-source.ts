import type { LoggedRecord } from './audit-record';

/** The source of a log: the platform, or a file. */
export interface LogSource {
  /** The text of the newest checkpoint; null when there is none. */
  newestCheckpoint(): Promise<string | null>;
  /** Entries in their order, from `from` on and before `to`; ends early where there are no more. */
  records(from: number, to: number): AsyncIterable<LoggedRecord>;
  /** Every checkpoint, the smallest first. */
  checkpoints(): AsyncIterable<string>;
}

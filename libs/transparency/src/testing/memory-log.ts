import { dataDigest, leafText, type LoggedRecord } from '../log/audit-record';
import type { LogSource } from '../log/log-source';
import { Frontier } from '../merkle/frontier';
import { leafHash } from '../merkle/hashing';
import { signCheckpoint } from '../notes/checkpoint';
import { noteSigner, signingKeyOf } from '../notes/keys';

const origin = 'test.example/audit';
export const signer = noteSigner(signingKeyOf(origin, Buffer.alloc(32, 1)));
export const otherSigner = noteSigner(signingKeyOf(origin, Buffer.alloc(32, 2)));

export function recordOf(index: number, number = index): LoggedRecord {
  const data = `{"aggregate_version":1,"number":${number}}`;
  const record = {
    index,
    event_id: `01936d00-0000-7000-8000-${String(number).padStart(12, '0')}`,
    type: 'coordinator.approval.decided.v1',
    source: '/ymera/coordinator',
    subject: `approval-${number}`,
    aggregate_version: 1,
    time: '2026-01-01T00:00:00.000Z',
    trace_id: null,
    data_digest: dataDigest(data),
    data,
  };
  return { ...record, leaf_hash: leafHash(leafText(record)).toString('base64') };
}

/** With its digest and its leaf hash computed again: the forgery of an owner of the database. */
export function forged(record: LoggedRecord): LoggedRecord {
  const again = { ...record, data_digest: dataDigest(record.data) };
  return { ...again, leaf_hash: leafHash(leafText(again)).toString('base64') };
}

export function checkpointOver(records: readonly LoggedRecord[], by = signer): string {
  const tree = new Frontier();
  for (const record of records) tree.append(leafHash(leafText(record)));
  return signCheckpoint({ origin, size: records.length, root: tree.root() }, by);
}

/** A log that is an array, with any changes by the test. */
export class MemoryLog implements LogSource {
  constructor(
    readonly entries: readonly LoggedRecord[],
    readonly signed: readonly string[],
  ) {}

  async newestCheckpoint(): Promise<string | null> {
    return this.signed.at(-1) ?? null;
  }

  /** Like a database query by index: entries without one of those indices are not found. */
  async *records(from: number, to: number): AsyncIterable<LoggedRecord> {
    for (const entry of this.entries) if (entry.index >= from && entry.index < to) yield entry;
  }

  async *checkpoints(): AsyncIterable<string> {
    yield* this.signed;
  }
}

/** A valid log, with a checkpoint after every `every` entries and after the last. */
export function soundLog(size: number, every = 10): MemoryLog {
  const entries = Array.from({ length: size }, (_, index) => recordOf(index));
  const sizes = [
    ...new Set([...Array.from({ length: Math.floor(size / every) + 1 }, (_, n) => n * every), size]),
  ];
  return new MemoryLog(
    entries,
    sizes.map((covered) => checkpointOver(entries.slice(0, covered))),
  );
}

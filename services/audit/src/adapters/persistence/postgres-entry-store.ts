import type { SqlExecutor } from '@ymera/persistence';
import type { EntryStore } from '../../application/ports';
import type { Entry } from '../../domain/entry';

interface Row {
  index: string | number;
  event_id: string;
  type: string;
  source: string;
  subject: string;
  aggregate_version: number;
  time: Date;
  trace_id: string | null;
  data_digest: string;
  data: string;
}

/** Key of the advisory lock under which indices are given out. */
const sequencer = 0x61756469;

export class PostgresEntryStore implements EntryStore {
  constructor(private readonly sql: SqlExecutor) {}

  async nextIndex(): Promise<number> {
    await this.sql.query('SELECT pg_advisory_xact_lock($1)', [sequencer]);
    const [row] = await this.sql.query<{ next: string | number }>(
      'SELECT coalesce(max(index) + 1, 0) AS next FROM entries',
    );
    return Number(row?.next ?? 0);
  }

  async append(entries: readonly Entry[]): Promise<void> {
    await this.sql.query(
      `INSERT INTO entries (index, event_id, type, source, subject, aggregate_version, time, trace_id, data_digest, data)
       SELECT * FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::timestamptz[],
         $8::text[], $9::text[], $10::text[])`,
      [
        entries.map(({ index }) => index),
        entries.map(({ eventId }) => eventId),
        entries.map(({ type }) => type),
        entries.map(({ source }) => source),
        entries.map(({ subject }) => subject),
        entries.map(({ aggregateVersion }) => aggregateVersion),
        entries.map(({ time }) => time),
        entries.map(({ traceId }) => traceId),
        entries.map(({ dataDigest }) => dataDigest),
        entries.map(({ data }) => data),
      ],
    );
  }

  async read(index: number, limit: number): Promise<readonly Entry[]> {
    const rows = await this.sql.query<Row>(
      'SELECT * FROM entries WHERE index >= $1 ORDER BY index LIMIT $2',
      [index, limit],
    );
    return rows.map((row) => ({
      index: Number(row.index),
      eventId: row.event_id,
      type: row.type,
      source: row.source,
      subject: row.subject,
      aggregateVersion: row.aggregate_version,
      time: row.time,
      traceId: row.trace_id,
      data: row.data,
      dataDigest: row.data_digest,
    }));
  }
}

import type { SqlExecutor } from '@ymera/persistence';
import type { EntryLog, EntryReader } from '../../application/ports';
import type { AuditEntry, EntryContent } from '../../domain/audit-entry';

interface Row {
  readonly index: number;
  readonly event_id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly aggregate_version: number;
  readonly time: Date;
  readonly trace_id: string | null;
  readonly data_digest: string;
  readonly data: string;
}

const lock = `SELECT pg_advisory_xact_lock(hashtextextended('ymera audit log of ' || current_schema(), 0))`;

const insert = `
  WITH fresh AS (
    SELECT given.*
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
      $9::integer[])
      WITH ORDINALITY AS given(event_id, type, source, subject, time, trace_id, data_digest, data, aggregate_version, place)
    WHERE NOT EXISTS (SELECT FROM entries WHERE entries.event_id = given.event_id)
  )
  INSERT INTO entries (index, event_id, type, source, subject, time, trace_id, data_digest, data, aggregate_version)
  SELECT (SELECT coalesce(max(index), -1) FROM entries) + row_number() OVER (ORDER BY place),
    event_id, type, source, subject, time, trace_id, data_digest, data, aggregate_version
  FROM fresh
  RETURNING 1`;

/** Part of one transaction. */
export class PostgresEntryLog implements EntryLog {
  constructor(private readonly sql: SqlExecutor) {}

  async append(entries: readonly EntryContent[]): Promise<number> {
    // A statement of its own: the insert must see what the holder of the lock before it has committed.
    await this.sql.query(lock);
    const added = await this.sql.query(insert, [
      entries.map(({ eventId }) => eventId),
      entries.map(({ type }) => type),
      entries.map(({ source }) => source),
      entries.map(({ subject }) => subject),
      entries.map(({ time }) => time),
      entries.map(({ traceId }) => traceId),
      entries.map(({ dataDigest }) => dataDigest),
      entries.map(({ canonicalData }) => canonicalData),
      entries.map(({ aggregateVersion }) => aggregateVersion),
    ]);
    return added.length;
  }
}

export class PostgresEntryReader implements EntryReader {
  constructor(private readonly sql: SqlExecutor) {}

  async read(fromIndex: number, limit: number): Promise<readonly AuditEntry[]> {
    const rows = await this.sql.query<Row>(
      `SELECT index, event_id, type, source, subject, time, trace_id, data_digest, data,
         aggregate_version
       FROM entries WHERE index >= $1 ORDER BY index LIMIT $2`,
      [fromIndex, limit],
    );
    return rows.map((row) => ({
      index: row.index,
      eventId: row.event_id,
      type: row.type,
      source: row.source,
      subject: row.subject,
      aggregateVersion: row.aggregate_version,
      time: row.time,
      traceId: row.trace_id,
      canonicalData: row.data,
      dataDigest: row.data_digest,
    }));
  }
}

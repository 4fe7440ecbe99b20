import type { SqlExecutor } from '@ymera/persistence';
import type { LoggedRecord } from '@ymera/transparency';
import type { EntryReader, LogReader } from '../../application/ports';
import type { AuditEntry } from '../../domain/audit-entry';

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

type RecordRow = Omit<Row, 'time'> & { readonly time: string; readonly leaf: Buffer | null };

/** A page stays well below the size limits of the broker and the gateway. */
const pageBytes = 1024 * 1024;

const columns = 'index, event_id, type, source, subject, data_digest, data, aggregate_version, trace_id';

/** The time with the microseconds that are stored: rounding would hide a change. */
const records = `
  SELECT ${columns}, time, leaf
  FROM (
    SELECT ${columns.replace('index', 'entries.index')}, tree_nodes.hash AS leaf,
      to_char(time AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time,
      sum(octet_length(data)) OVER (ORDER BY entries.index) - octet_length(data) AS bytes_before
    FROM (SELECT * FROM entries WHERE index >= $1 ORDER BY index LIMIT $2) AS entries
      LEFT JOIN tree_nodes ON tree_nodes.level = 0 AND tree_nodes.index = entries.index
  ) AS page
  WHERE bytes_before < ${pageBytes} ORDER BY index`;

export class PostgresLogReader implements EntryReader, LogReader {
  constructor(private readonly sql: SqlExecutor) {}

  async read(fromIndex: number, limit: number): Promise<readonly AuditEntry[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns}, time FROM entries WHERE index >= $1 ORDER BY index LIMIT $2`,
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

  async records(fromIndex: number, limit: number): Promise<readonly LoggedRecord[]> {
    const rows = await this.sql.query<RecordRow>(records, [fromIndex, limit]);
    return rows.map(({ leaf, time, ...row }) => ({
      ...row,
      time: time.replace(/000Z$/, 'Z'),
      leaf_hash: leaf?.toString('base64') ?? null,
    }));
  }

  async newestCheckpoint(): Promise<string | undefined> {
    const rows = await this.sql.query<{ note: string }>(
      'SELECT note FROM checkpoints ORDER BY size DESC LIMIT 1',
    );
    return rows[0]?.note;
  }

  checkpoints(fromSize: number, limit: number): Promise<readonly { size: number; note: string }[]> {
    return this.sql.query<{ size: number; note: string }>(
      'SELECT size, note FROM checkpoints WHERE size >= $1 ORDER BY size LIMIT $2',
      [fromSize, limit],
    );
  }
}

import type { VirtualHost } from '@ymera/contracts';
import type { SqlExecutor } from '../database/sql-executor';
import type { OutboxRow } from './outbox-publisher';

export type OutboxKind = 'event' | 'command' | 'agent_message' | 'redelivery';

export interface NewOutboxRow extends OutboxRow {
  readonly kind: OutboxKind;
  /** Milliseconds from now until the outbox poller may take the row. */
  readonly availableInMs: number;
}

/** Time in which the committing process publishes the row itself. */
export const pollAfterMs = 1000;

/** A due row with its earlier attempts. */
export interface DueRow extends OutboxRow {
  readonly attempts: number;
}

const columns = 10;
/** Keeps one statement far below the 65,535 parameters that the protocol allows. */
const rowsPerInsert = 500;

const placeholders = (row: number): string => {
  const $ = (column: number): string => `$${row * columns + column}`;
  const fields = [1, 2, 3, 4, 5, 6, 7, 8, 9].map($).join(', ');
  return `(${fields}, clock_timestamp() + ${$(10)}::float8 * interval '1 millisecond')`;
};

const insertStatement = (rows: number): string => `
  INSERT INTO outbox (id, kind, message_id, vhost, exchange, routing_key, type, headers, body, available_at)
  VALUES ${Array.from({ length: rows }, (_, row) => placeholders(row)).join(', ')}`;

/** One statement for all rows of a transaction. */
export async function insertOutboxRows(sql: SqlExecutor, rows: readonly NewOutboxRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    const page = rows.slice(start, start + rowsPerInsert);
    await sql.query(
      insertStatement(page.length),
      page.flatMap((row) => [
        row.id,
        row.kind,
        row.messageId,
        row.vhost,
        row.exchange,
        row.routingKey,
        row.type,
        JSON.stringify(row.headers),
        row.body,
        row.availableInMs,
      ]),
    );
  }
}

interface StoredRow {
  readonly id: string;
  readonly message_id: string;
  readonly vhost: VirtualHost;
  readonly exchange: string;
  readonly routing_key: string;
  readonly type: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
  readonly created_at: Date;
  readonly attempts: number;
}

/**
 * Locks due rows, oldest first, and skips those that another relay has locked. The page ends after `limit` rows or
 * `maxBytes` of bodies, whichever comes first, but holds one row at least. No cursor over ids: it would pass by a
 * transaction that commits late, and never see it again.
 * No statement here joins the table. It is empty whenever nothing is wrong, so its statistics say "one row" just when
 * the broker's outage has filled it, and a join planned for one row takes quadratic time.
 */
const lockDueStatement = `
  WITH due AS MATERIALIZED (
    SELECT id, message_id, vhost, exchange, routing_key, type, headers, body, created_at, attempts, available_at
    FROM outbox
    WHERE available_at <= statement_timestamp() AND id <> ALL ($3::uuid[])
    ORDER BY available_at
    LIMIT $1
    FOR UPDATE SKIP LOCKED
  ), page AS (
    SELECT *,
      row_number() OVER (ORDER BY available_at, id) AS position,
      sum(octet_length(body)) OVER (ORDER BY available_at, id) AS total
    FROM due
  )
  SELECT id, message_id, vhost, exchange, routing_key, type, headers, body, created_at, attempts
  FROM page
  WHERE total <= $2 OR position = 1
  ORDER BY position`;

export async function lockDueRows(
  sql: SqlExecutor,
  page: { readonly limit: number; readonly maxBytes: number; readonly except: readonly string[] },
): Promise<DueRow[]> {
  const rows = await sql.query<StoredRow>(lockDueStatement, [page.limit, page.maxBytes, page.except]);
  return rows.map((row) => ({
    id: row.id,
    messageId: row.message_id,
    vhost: row.vhost,
    exchange: row.exchange,
    routingKey: row.routing_key,
    type: row.type,
    headers: row.headers,
    body: row.body,
    createdAt: row.created_at,
    attempts: row.attempts,
  }));
}

/** In the transaction that locked them. */
export async function deleteLockedRows(sql: SqlExecutor, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await sql.query('DELETE FROM outbox WHERE id = ANY ($1::uuid[])', [ids]);
}

/**
 * Rows that this process published itself. A row that another relay's pass has locked is skipped: that pass deletes it.
 * Not waiting for the disk is safe, because a delete that a crash undoes only repeats the message.
 */
export async function deletePublishedRows(sql: SqlExecutor, ids: readonly string[]): Promise<void> {
  await sql.query(
    `DELETE FROM outbox WHERE ctid = ANY (ARRAY(
       SELECT outbox.ctid
       FROM (SELECT set_config('synchronous_commit', 'off', true)) AS relaxed, outbox
       WHERE id = ANY ($1::uuid[])
       FOR UPDATE OF outbox SKIP LOCKED
     ))`,
    [ids],
  );
}

/**
 * Retries after 1, 2, 4... seconds, at most `maxSeconds`; in its first ten minutes a row waits half a minute at most.
 * All kinds of attempts count alike, so while a broker starts a row has many behind it when its queue is missing for a
 * moment.
 */
export async function postponeLockedRows(
  sql: SqlExecutor,
  rows: readonly { readonly id: string; readonly reason: string }[],
  maxSeconds: number,
): Promise<void> {
  if (rows.length === 0) return;
  await sql.query(
    `UPDATE outbox SET
       attempts = attempts + 1,
       last_error = ($2::text[])[array_position($1::uuid[], id)],
       available_at = clock_timestamp() + interval '1 second' * least(
         $3,
         2 ^ least(attempts, 20),
         CASE WHEN created_at > clock_timestamp() - interval '10 minutes' THEN 30 END
       )
     WHERE id = ANY ($1::uuid[])`,
    [rows.map(({ id }) => id), rows.map(({ reason }) => reason.slice(0, 500)), maxSeconds],
  );
}

export interface OutboxDepth {
  /** Messages that the broker has not confirmed. */
  readonly rows: number;
  readonly oldestAgeSeconds: number;
  /** Deliveries that wait for their retry. */
  readonly redeliveries: number;
}

export async function readOutboxDepth(sql: SqlExecutor): Promise<OutboxDepth> {
  const [row] = await sql.query<{ rows: number; oldest: number | null; redeliveries: number }>(`
    SELECT count(*) FILTER (WHERE kind <> 'redelivery') AS rows,
      extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE kind <> 'redelivery'))::float8 AS oldest,
      count(*) FILTER (WHERE kind = 'redelivery') AS redeliveries
    FROM outbox`);
  return { rows: row?.rows ?? 0, oldestAgeSeconds: row?.oldest ?? 0, redeliveries: row?.redeliveries ?? 0 };
}

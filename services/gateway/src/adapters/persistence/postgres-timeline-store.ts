import type { SqlExecutor } from '@ymera/persistence';
import type { TimelineExtent, TimelineStore } from '../../application/ports';
import { endType, type TimelineEntry, type TimelineFact } from '../../domain/timeline';

interface Row {
  readonly position: number;
  readonly request_id: string;
  readonly type: string;
  readonly time: Date;
  readonly data: string;
}

/**
 * The lock is held until the transaction is visible, so positions become visible in the order in which they are assigned: a
 * reader that has seen a position never misses a smaller one. Take the lock before the sequence is used.
 */
const append = `
  WITH locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended('ymera timeline of ' || current_schema(), 0))
  ), fresh AS (
    SELECT f.*
    FROM locked, unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[])
      WITH ORDINALITY AS f(event_id, request_id, type, time, data, place)
  )
  INSERT INTO timeline (event_id, request_id, type, time, data)
  SELECT event_id, request_id, type, time, data FROM fresh ORDER BY place
  ON CONFLICT (event_id) DO NOTHING`;

export class PostgresTimelineStore implements TimelineStore {
  constructor(private readonly sql: SqlExecutor) {}

  async append(facts: readonly TimelineFact[]): Promise<void> {
    await this.sql.query(append, [
      facts.map(({ eventId }) => eventId),
      facts.map(({ requestId }) => requestId),
      facts.map(({ type }) => type),
      facts.map(({ time }) => time),
      facts.map(({ data }) => JSON.stringify(data)),
    ]);
  }

  async read(requestId: string, after: number, limit: number): Promise<readonly TimelineEntry[]> {
    const rows = await this.sql.query<Row>(
      `SELECT position, request_id, type, time, data FROM timeline
       WHERE request_id = $1 AND position > $2 ORDER BY position LIMIT $3`,
      [requestId, after, limit],
    );
    return rows.map((row) => ({
      position: row.position,
      requestId: row.request_id,
      type: row.type,
      time: row.time,
      data: JSON.parse(row.data) as Readonly<Record<string, unknown>>,
    }));
  }

  async changedSince(
    after: number,
  ): Promise<{ readonly requestIds: readonly string[]; readonly newest: number }> {
    const rows = await this.sql.query<{ request_id: string; newest: number }>(
      'SELECT request_id, max(position) AS newest FROM timeline WHERE position > $1 GROUP BY request_id',
      [after],
    );
    return {
      requestIds: rows.map((row) => row.request_id),
      newest: rows.reduce((newest, row) => Math.max(newest, row.newest), after),
    };
  }

  async newestPosition(): Promise<number> {
    const [row] = await this.sql.query<{ newest: number }>(
      'SELECT coalesce(max(position), 0) AS newest FROM timeline',
    );
    return row?.newest ?? 0;
  }

  async extentOf(requestId: string): Promise<TimelineExtent> {
    const [row] = await this.sql.query<{ newest: number; ended_at: Date | null }>(
      `SELECT coalesce(max(position), 0) AS newest, min(recorded_at) FILTER (WHERE type = $2) AS ended_at
       FROM timeline WHERE request_id = $1`,
      [requestId, endType],
    );
    return { newest: row?.newest ?? 0, endedAt: row?.ended_at ?? undefined };
  }

  async deleteOlderThan(time: Date): Promise<number> {
    const gone = await this.sql.query('DELETE FROM timeline WHERE recorded_at < $1 RETURNING 1', [time]);
    return gone.length;
  }
}

import type { SqlExecutor } from '@ymera/persistence';
import type { BrakeStore } from '../../application/ports';
import type { DispatchPause } from '../../domain/dispatch-pause';
import type { Time } from '../../domain/run';
import { toDate } from './time';

interface Row {
  readonly number: number;
  readonly paused_by: string;
  readonly reason: string;
  readonly paused_at: Date;
  readonly resumed_by: string | null;
  readonly resume_reason: string | null;
  readonly resumed_at: Date | null;
}

const columns = 'number, paused_by, reason, paused_at, resumed_by, resume_reason, resumed_at';

export class PostgresBrakeStore implements BrakeStore {
  constructor(private readonly sql: SqlExecutor) {}

  async whileDispatching(): Promise<DispatchPause | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM dispatch_pause_while_dispatching()`);
    return row && pauseOf(row);
  }

  /** The other side of the lock in `dispatch_pause_while_dispatching`. */
  async lock(): Promise<DispatchPause | undefined> {
    await this.sql.query(
      `SELECT pg_advisory_xact_lock(hashtextextended('ymera dispatch of ' || current_schema(), 0))`,
    );
    return this.last();
  }

  async last(): Promise<DispatchPause | undefined> {
    const [row] = await this.sql.query<Row>(
      `SELECT ${columns} FROM dispatch_pauses ORDER BY number DESC LIMIT 1`,
    );
    return row && pauseOf(row);
  }

  async since(time: Time): Promise<readonly DispatchPause[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM dispatch_pauses WHERE resumed_at IS NULL OR resumed_at > $1 ORDER BY number`,
      [toDate(time)],
    );
    return rows.map(pauseOf);
  }

  async insert({ number, pausedBy, reason, pausedAt }: DispatchPause): Promise<void> {
    await this.sql.query(
      `INSERT INTO dispatch_pauses (number, paused_by, reason, paused_at) VALUES ($1, $2, $3, $4)`,
      [number, pausedBy, reason, toDate(pausedAt)],
    );
  }

  async end({ number, end }: DispatchPause): Promise<void> {
    if (end)
      await this.sql.query(
        `UPDATE dispatch_pauses SET resumed_by = $2, resume_reason = $3, resumed_at = $4 WHERE number = $1`,
        [number, end.resumedBy, end.reason, toDate(end.resumedAt)],
      );
  }
}

const pauseOf = (row: Row): DispatchPause => ({
  number: row.number,
  pausedBy: row.paused_by,
  reason: row.reason,
  pausedAt: row.paused_at.getTime(),
  end: row.resumed_at
    ? {
        resumedBy: row.resumed_by ?? '',
        reason: row.resume_reason ?? '',
        resumedAt: row.resumed_at.getTime(),
      }
    : undefined,
});

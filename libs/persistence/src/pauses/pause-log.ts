import type { PauseStore } from '@ymera/unit-of-work';
import type { Pause } from '@ymera/kernel';
import type { QueryRunner } from 'typeorm';
import type { SqlExecutor } from '../database/sql-executor';

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
const nameFormat = /^[a-z]+$/;

/** In SQL: a lock that work shares and a pause takes exclusively. */
const lockOf = (name: string): string => `hashtextextended('ymera ${name} of ' || current_schema(), 0)`;

const checked = (name: string): string => {
  if (nameFormat.test(name)) return name;
  throw new TypeError(`${name} is not a valid name of a pause log`);
};

/**
 * Pauses of the work called `name`: by whom, why and for how long; the open pause, if any, is in force. For a migration
 * of the service.
 */
export async function createPauseLog(runner: QueryRunner, name: string): Promise<void> {
  const table = `${checked(name)}_pauses`;
  await runner.query(`CREATE TABLE ${table} (
    number integer PRIMARY KEY,
    paused_by text NOT NULL,
    reason text NOT NULL,
    paused_at timestamptz NOT NULL,
    resumed_by text,
    resume_reason text,
    resumed_at timestamptz
  )`);
  await runner.query(`CREATE UNIQUE INDEX ${table}_open ON ${table} ((true)) WHERE resumed_at IS NULL`);
  // Who pauses waits for those at work, and those who come later see the pause: the lock comes first, and each statement
  // of a volatile function sees what is committed when it begins.
  await runner.query(`CREATE FUNCTION ${table}_while_working() RETURNS SETOF ${table} LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(${lockOf(name)});
      RETURN QUERY SELECT * FROM ${table} WHERE resumed_at IS NULL;
    END $$`);
}

export async function dropPauseLog(runner: QueryRunner, name: string): Promise<void> {
  const table = `${checked(name)}_pauses`;
  await runner.query(`DROP FUNCTION ${table}_while_working`);
  await runner.query(`DROP TABLE ${table}`);
}

/** Inside of one transaction. */
export class PostgresPauseLog implements PauseStore {
  private readonly table: string;

  constructor(
    private readonly sql: SqlExecutor,
    private readonly name: string,
  ) {
    this.table = `${checked(name)}_pauses`;
  }

  /** The open pause. None begins before the transaction ends, so what it does then was not paused. */
  async whileWorking(): Promise<Pause | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM ${this.table}_while_working()`);
    return row && pauseOf(row);
  }

  /** The newest pause, open or not. Waits for work in progress; blocks further work until the transaction ends. */
  async lock(): Promise<Pause | undefined> {
    await this.sql.query(`SELECT pg_advisory_xact_lock(${lockOf(this.name)})`);
    return this.last();
  }

  async last(): Promise<Pause | undefined> {
    const [row] = await this.sql.query<Row>(
      `SELECT ${columns} FROM ${this.table} ORDER BY number DESC LIMIT 1`,
    );
    return row && pauseOf(row);
  }

  /** Those that were not over by then, oldest first. */
  async since(time: number): Promise<readonly Pause[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM ${this.table} WHERE resumed_at IS NULL OR resumed_at > $1 ORDER BY number`,
      [new Date(time)],
    );
    return rows.map(pauseOf);
  }

  async insert({ number, pausedBy, reason, pausedAt }: Pause): Promise<void> {
    await this.sql.query(
      `INSERT INTO ${this.table} (number, paused_by, reason, paused_at) VALUES ($1, $2, $3, $4)`,
      [number, pausedBy, reason, new Date(pausedAt)],
    );
  }

  async end({ number, end }: Pause): Promise<void> {
    if (end)
      await this.sql.query(
        `UPDATE ${this.table} SET resumed_by = $2, resume_reason = $3, resumed_at = $4 WHERE number = $1`,
        [number, end.resumedBy, end.reason, new Date(end.resumedAt)],
      );
  }
}

const pauseOf = (row: Row): Pause => ({
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

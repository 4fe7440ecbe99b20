import type { SqlExecutor } from '../database/sql-executor';

/** One range of a table that is partitioned by range; the bounds as its key's literals. */
export interface RangePartition {
  readonly name: string;
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
}

const listPartitions = `
  SELECT child.relname AS name
  FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
  WHERE inhparent = to_regclass($1)`;

const existing = async (sql: Pick<SqlExecutor, 'query'>, table: string): Promise<readonly string[]> =>
  (await sql.query<{ name: string }>(listPartitions, [table])).map(({ name }) => name);

/*
 * Processes that do this at once wait for each other by the table's own lock, taken before a name is looked up. With an
 * advisory lock in its place they stumble: it does not bring a session's knowledge of names up to date, so that one makes
 * what is there ("already exists") and one drops what is gone ("could not find tuple for parent").
 */

/**
 * Creates missing partitions; concurrent calls are safe. A partition is attached rather than created in place, because
 * that does not block writers.
 */
export async function makePartitions(
  sql: Pick<SqlExecutor, 'query'>,
  table: string,
  wanted: readonly RangePartition[],
): Promise<void> {
  const present = await existing(sql, table);
  for (const { name, from, to } of wanted) {
    if (present.includes(name)) continue;
    await sql.query(`DO $$ BEGIN
      LOCK TABLE ${table} IN SHARE UPDATE EXCLUSIVE MODE;
      IF to_regclass('${name}') IS NULL THEN
        CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL);
        ALTER TABLE ${table} ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}');
      END IF;
    END $$`);
  }
}

/**
 * Drops partitions; concurrent calls are safe. It locks the whole table for an instant: it rejects when other
 * transactions do not release the table within half a second, and the next pass tries again.
 */
export async function dropPartitions(
  sql: Pick<SqlExecutor, 'query'>,
  table: string,
  isExpired: (name: string) => boolean,
): Promise<void> {
  for (const name of (await existing(sql, table)).filter(isExpired)) {
    await sql.query(`DO $$ BEGIN
      SET LOCAL lock_timeout = '500ms';
      LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE;
      DROP TABLE IF EXISTS ${name};
    END $$`);
  }
}

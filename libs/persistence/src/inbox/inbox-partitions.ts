import type { SqlExecutor } from '../database/sql-executor';

/** A message older than this can no longer be told from a repetition, so it is refused. */
export const inboxRetentionDays = 7;
/** Partitions made ahead: a service whose upkeep fails has this long to be noticed. */
const daysAhead = 3;
const dayMs = 86_400_000;

export interface InboxPartition {
  readonly name: string;
  /** Bounds of the message ids: the smallest possible UUIDv7 of the day and of the next. */
  readonly from: string;
  readonly to: string;
}

/** The smallest UUID that a UUIDv7 of this millisecond can follow. */
function floorUuid(time: number): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

function partitionOf(day: number): InboxPartition {
  const date = new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
  return { name: `inbox_${date}`, from: floorUuid(day * dayMs), to: floorUuid((day + 1) * dayMs) };
}

/** One partition for each UTC day of the retention window, and the days ahead. */
export function wantedPartitions(now: Date): readonly InboxPartition[] {
  const today = Math.floor(now.getTime() / dayMs);
  const days = inboxRetentionDays + daysAhead + 1;
  return Array.from({ length: days }, (_, index) => partitionOf(today - inboxRetentionDays + index));
}

/** Those that hold nothing but ids that are refused by now. */
export function expiredPartitions(existing: readonly string[], now: Date): readonly string[] {
  const oldest = wantedPartitions(now)[0]?.name ?? '';
  return existing.filter((name) => /^inbox_\d{8}$/.test(name) && name < oldest);
}

const listPartitions = `
  SELECT child.relname AS name
  FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
  WHERE inhparent = 'inbox'::regclass`;

/**
 * Makes partitions ahead of time and drops expired ones; safe to run anywhere at any time. A partition is attached rather
 * than created in place, because that does not block consumers.
 */
export async function maintainInboxPartitions(sql: Pick<SqlExecutor, 'query'>, now: Date): Promise<void> {
  const existing = (await sql.query<{ name: string }>(listPartitions)).map(({ name }) => name);
  for (const { name, from, to } of wantedPartitions(now)) {
    if (existing.includes(name)) continue;
    await sql.query(`DO $$ BEGIN
      PERFORM pg_advisory_xact_lock(hashtextextended('ymera inbox of ' || current_schema(), 0));
      IF to_regclass('${name}') IS NULL THEN
        CREATE TABLE ${name} (LIKE inbox INCLUDING ALL);
        ALTER TABLE inbox ATTACH PARTITION ${name} FOR VALUES FROM ('${from}') TO ('${to}');
      END IF;
    END $$`);
  }
  for (const name of expiredPartitions(existing, now)) {
    // Dropping locks the whole inbox for an instant; when consumers do not let go in time, the next round tries again.
    await sql.query(`DO $$ BEGIN
      SET LOCAL lock_timeout = '500ms';
      DROP TABLE IF EXISTS ${name};
    END $$`);
  }
}

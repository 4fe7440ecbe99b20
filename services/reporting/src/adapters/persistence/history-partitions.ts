import type { SqlExecutor } from '@ymera/persistence';

const dayMs = 86_400_000;
/** Days that have a partition before they begin: a service that was stopped for a night still has somewhere to write. */
const daysAhead = 3;
const prefix = 'report_history_';

const startOfDay = (time: number): number => Math.floor(time / dayMs) * dayMs;
const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
const nameOf = (time: number): string => prefix + day(time).replaceAll('-', '');

/** Partitions of whole days in UTC, from yesterday (a report may be written a moment after midnight) to some days ahead. */
export function historyPartitionsFor(now: number): readonly { name: string; from: string; to: string }[] {
  const today = startOfDay(now);
  return Array.from({ length: daysAhead + 2 }, (_, index) => {
    const start = today + (index - 1) * dayMs;
    return { name: nameOf(start), from: `${day(start)}T00:00:00Z`, to: `${day(start + dayMs)}T00:00:00Z` };
  });
}

/** Whether everything in this partition is older than the retention. */
export function isOutdated(name: string, now: number, retentionDays: number): boolean {
  const [, year, month, date] = /^report_history_(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  return year !== undefined && Date.parse(`${year}-${month}-${date}`) + dayMs <= now - retentionDays * dayMs;
}

/** Makes the partitions of the days to come and drops those beyond the retention; may run on several instances at once. */
export async function maintainHistory(sql: SqlExecutor, now: number, retentionDays: number): Promise<void> {
  const creations = historyPartitionsFor(now).map(
    ({ name, from, to }) =>
      `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF report_history FOR VALUES FROM ('${from}') TO ('${to}');`,
  );
  // One string is one transaction: the lock lasts for all of it.
  await sql.query(`SELECT pg_advisory_xact_lock(hashtextextended('${prefix}', 0)); ${creations.join(' ')}`);
  const existing = await sql.query<{ name: string }>(
    `SELECT child.relname AS name FROM pg_inherits
     JOIN pg_class AS child ON child.oid = inhrelid WHERE inhparent = 'report_history'::regclass`,
  );
  for (const { name } of existing)
    if (isOutdated(name, now, retentionDays)) await sql.query(`DROP TABLE IF EXISTS ${name}`);
}

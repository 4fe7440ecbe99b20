import { dropPartitions, makePartitions, type RangePartition, type SqlExecutor } from '@ymera/persistence';

const dayMs = 86_400_000;
/** Days whose partition is created in advance: a service that was down overnight can still write. */
const daysAhead = 3;
const table = 'report_history';

const startOfDay = (time: number): number => Math.floor(time / dayMs) * dayMs;
const day = (time: number): string => new Date(time).toISOString().slice(0, 10);
const nameOf = (time: number): string => `${table}_${day(time).replaceAll('-', '')}`;

/**
 * Partitions of whole days in UTC, from yesterday (a report may be written a moment after midnight) to some days ahead.
 */
export function historyPartitionsFor(now: number): readonly RangePartition[] {
  const today = startOfDay(now);
  return Array.from({ length: daysAhead + 2 }, (_, index) => {
    const start = today + (index - 1) * dayMs;
    return { name: nameOf(start), from: `${day(start)}T00:00:00Z`, to: `${day(start + dayMs)}T00:00:00Z` };
  });
}

/** Whether every row of this partition is older than the retention. */
export function isOutdated(name: string, now: number, retentionDays: number): boolean {
  const [, year, month, date] = /^report_history_(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  return year !== undefined && Date.parse(`${year}-${month}-${date}`) + dayMs <= now - retentionDays * dayMs;
}

/** Without them no report can be written. */
export const makeHistoryPartitions = (sql: SqlExecutor, now: number): Promise<void> =>
  makePartitions(sql, table, historyPartitionsFor(now));

/** Creates missing partitions and drops expired ones. Rejects while other transactions use the history. */
export async function maintainHistory(sql: SqlExecutor, now: number, retentionDays: number): Promise<void> {
  await makeHistoryPartitions(sql, now);
  await dropPartitions(sql, table, (name) => isOutdated(name, now, retentionDays));
}

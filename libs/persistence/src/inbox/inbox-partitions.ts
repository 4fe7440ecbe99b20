import { messageIdRetentionMs } from '@ymera/kernel';
import type { SqlExecutor } from '../database/sql-executor';
import { dropPartitions, makePartitions, type RangePartition } from '../partitions/partitions';

/** Partitions made ahead: a service whose upkeep fails has this long to be noticed. */
const daysAhead = 3;
const dayMs = 86_400_000;
/** Of messages that are older, ids are refused. */
const retentionDays = messageIdRetentionMs / dayMs;

/** The smallest UUID that a UUIDv7 of this millisecond can follow. */
function floorUuid(time: number): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

function partitionOf(day: number): RangePartition {
  const date = new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
  return { name: `inbox_${date}`, from: floorUuid(day * dayMs), to: floorUuid((day + 1) * dayMs) };
}

/**
 * One partition for each UTC day of the retention window, and the days ahead. They are ranges of message ids: from the
 * smallest possible UUIDv7 of the day to that of the next.
 */
export function wantedPartitions(now: Date): readonly RangePartition[] {
  const today = Math.floor(now.getTime() / dayMs);
  const days = retentionDays + daysAhead + 1;
  return Array.from({ length: days }, (_, index) => partitionOf(today - retentionDays + index));
}

/** Whether all of its ids are refused by now. */
export function isExpired(partition: string, now: Date): boolean {
  const oldest = wantedPartitions(now)[0]?.name ?? '';
  return /^inbox_\d{8}$/.test(partition) && partition < oldest;
}

/** Without them no message can be accepted. */
export const makeInboxPartitions = (sql: Pick<SqlExecutor, 'query'>, now: Date): Promise<void> =>
  makePartitions(sql, 'inbox', wantedPartitions(now));

/** Creates missing partitions and drops expired ones. Rejects while other transactions use the inbox. */
export async function maintainInboxPartitions(sql: Pick<SqlExecutor, 'query'>, now: Date): Promise<void> {
  await makeInboxPartitions(sql, now);
  await dropPartitions(sql, 'inbox', (name) => isExpired(name, now));
}

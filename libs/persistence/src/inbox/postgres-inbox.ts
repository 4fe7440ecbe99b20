import type { Inbox } from '@ymera/contracts';
import { failure, FailureException, uuidv7Time, type Clock } from '@ymera/kernel';
import type { SqlExecutor } from '../database/sql-executor';
import { inboxRetentionDays } from './inbox-partitions';

const retentionMs = inboxRetentionDays * 86_400_000;
/** How far the clock of another machine may be ahead of ours. */
const clockSkewMs = 3_600_000;

const refuse = (code: string, message: string): never => {
  throw new FailureException(failure('validation', code, message));
};

/**
 * Part of one transaction. Two deliveries of one message at the same time: the second waits for the first's commit and
 * gets false, or for its rollback and gets true.
 */
export class PostgresInbox implements Inbox {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
  ) {}

  /**
   * Refuses what it could not remember: `message_id_invalid` when the id is not a UUIDv7, `message_id_outside_window`
   * when it is older than the retention of seven days or from the future.
   */
  async accept(consumer: string, messageId: string): Promise<boolean> {
    const now = this.clock.now().getTime();
    const time =
      uuidv7Time(messageId) ?? refuse('message_id_invalid', 'A message id must be a UUID of version 7.');
    if (time < now - retentionMs || time > now + clockSkewMs)
      refuse(
        'message_id_outside_window',
        'The message is too old, or from the future, to be told from a repetition.',
      );
    const rows = await this.sql.query(
      'INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING message_id',
      [consumer, messageId],
    );
    return rows.length === 1;
  }
}

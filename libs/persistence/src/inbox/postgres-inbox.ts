import type { Inbox } from '@ymera/unit-of-work';
import { FailureException, messageIdTime, type Clock } from '@ymera/kernel';
import type { SqlExecutor } from '../database/sql-executor';

/**
 * Part of one transaction. Of two concurrent deliveries of one message the second waits for the first's commit and gets
 * false, or for its rollback and gets true.
 */
export class PostgresInbox implements Inbox {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly clock: Clock,
  ) {}

  /**
   * Refuses what it could not remember: `message_id_invalid` when the id is not a UUIDv7, `message_id_outside_window`
   * when it is older than the retention of seven days or from the future (`messageIdTime`).
   */
  async accept(consumer: string, messageId: string): Promise<boolean> {
    const time = messageIdTime(messageId, this.clock.now());
    if (!time.ok) throw new FailureException(time.error);
    const rows = await this.sql.query(
      'INSERT INTO inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING message_id',
      [consumer, messageId],
    );
    return rows.length === 1;
  }
}

import type { OutgoingMessage, VirtualHost } from '@ymera/contracts';
import { systemClock, uuidv7, type Clock } from '@ymera/kernel';
import type { SqlExecutor } from '../database/sql-executor';
import { insertOutboxRows } from './outbox-table';

/** A delivery that returns to its queue later. */
export interface DelayedMessage extends Pick<OutgoingMessage, 'messageId' | 'type' | 'headers' | 'body'> {
  readonly vhost: VirtualHost;
  readonly queue: string;
  readonly retryAt: Date;
}

/**
 * The `DelayedDelivery` of @ymera/messaging: a retry that survives broker and process, stored as an outbox row that is
 * due later and goes to the queue itself, through the default exchange.
 */
export class PostgresDelayedDelivery {
  constructor(
    private readonly database: { readonly sql: SqlExecutor },
    private readonly clock: Clock = systemClock,
  ) {}

  async schedule(message: DelayedMessage): Promise<void> {
    const { queue, retryAt, ...outgoing } = message;
    const now = this.clock.now();
    await insertOutboxRows(this.database.sql, [
      {
        ...outgoing,
        id: uuidv7(now.getTime()),
        kind: 'redelivery',
        exchange: '',
        routingKey: queue,
        createdAt: now,
        availableInMs: Math.max(0, retryAt.getTime() - now.getTime()),
      },
    ]);
  }
}

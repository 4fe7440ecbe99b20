import type { VirtualHost } from '@ymera/contracts';

/** A message that was committed and has to reach the broker. */
export interface OutboxRow {
  /** UUIDv7 of the row. */
  readonly id: string;
  /** The AMQP message id; the row's id unless the row brings an earlier message back to its queue. */
  readonly messageId: string;
  readonly vhost: VirtualHost;
  /** `''` is the default exchange, where the routing key is a queue's name. */
  readonly exchange: string;
  readonly routingKey: string;
  /** The AMQP `type` property: a contract's key, or an agent message's name. */
  readonly type: string;
  readonly headers: Readonly<Record<string, unknown>>;
  /** JSON. */
  readonly body: Buffer;
  readonly createdAt: Date;
}

/**
 * `confirmed`: the broker has it. `unroutable`: the broker returned it, no queue is bound for it. `failed`: refused,
 * timed out, or no connection; it may or may not have arrived, and is published again.
 */
export type PublishOutcome =
  | { readonly id: string; readonly kind: 'confirmed' }
  | { readonly id: string; readonly kind: 'unroutable'; readonly reason: string }
  | { readonly id: string; readonly kind: 'failed'; readonly reason: string };

/** Sends rows to the broker as persistent, mandatory messages. One outcome for each row, in any order; never rejects. */
export interface OutboxPublisher {
  publish(rows: readonly OutboxRow[]): Promise<readonly PublishOutcome[]>;
}

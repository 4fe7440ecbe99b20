import type { OutgoingMessage } from '@ymera/contracts';

/** A committed message that must reach the broker. */
export interface OutboxRow extends OutgoingMessage {
  /** UUIDv7 of the row; also the message's id, unless the row returns an earlier message to its queue. */
  readonly id: string;
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

import type { MessageHeaders, VirtualHost } from '@ymera/contracts';

/** A delivery that returns to its queue later. */
export interface DelayedMessage {
  readonly vhost: VirtualHost;
  /** Published there through the default exchange when it is due. */
  readonly queue: string;
  readonly retryAt: Date;
  readonly messageId: string;
  readonly type: string;
  /** Everything that the next attempt needs: attempts so far, origin, principal, trace. */
  readonly headers: MessageHeaders;
  readonly body: Buffer;
}

/**
 * Stores messages until they are due; implemented by a table, because brokers cannot delay without losing order or
 * copies.
 */
export interface DelayedDelivery {
  /** Resolves when the message is stored durably; only then is the delivery acknowledged. */
  schedule(message: DelayedMessage): Promise<void>;
}

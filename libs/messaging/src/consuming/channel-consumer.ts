import { ReconnectingChannel, type ChannelEpoch, type ChannelSource } from '@ymera/amqp';
import { type Logger, settlesWithin } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import { Session, type Delivery } from './session';
import { rejectPoison } from './poison';

export interface ChannelConsumerOptions {
  readonly queue: string;
  readonly connection: ChannelSource;
  /** Deliveries that are unsettled at the same time. */
  readonly prefetch: number;
  /** How long `stop` waits for deliveries that are being handled. */
  readonly drainMs: number;
  readonly logger: Logger;
  /**
   * Settles the delivery on its session, then resolves. Resolves without settling only when the channel has ended or the
   * consumer stops: the broker delivers the message again. When it throws, the delivery is rejected.
   */
  readonly handle: (delivery: Delivery) => Promise<void>;
}

/** A connection that is dead without knowing it does not answer. */
const cancelMs = 2_000;

/**
 * The life cycle of every consumer: opens a channel, consumes its queue, hands out deliveries side by side, consumes again
 * after each reconnect, and in the end cancels, drains and closes. No delivery can stop the queue: whatever its handling
 * throws, it is settled.
 */
export class ChannelConsumer {
  readonly #channel: ReconnectingChannel;
  readonly #stopping = new AbortController();
  #session: Session | undefined;
  #consumerTag: string | undefined;
  #outstanding = 0;
  #drained: () => void = () => undefined;

  constructor(private readonly options: ChannelConsumerOptions) {
    const { queue, connection, logger } = options;
    this.#channel = new ReconnectingChannel(connection, {
      name: `consume ${queue}`,
      logger,
      confirms: false,
      opened: (epoch) => this.#consume(epoch),
      lost: () => (this.#consumerTag = undefined),
    });
  }

  get queue(): string {
    return this.options.queue;
  }

  get isConsuming(): boolean {
    return this.#consumerTag !== undefined;
  }

  /** Aborted when `stop` begins: no handler may begin any more. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  start(): void {
    this.#channel.start();
  }

  /** No new deliveries; what is being handled finishes within `drainMs`; what is unsettled then goes back to the queue. */
  async stop(): Promise<void> {
    const { queue, drainMs, logger } = this.options;
    const tag = this.#consumerTag;
    this.#stopping.abort();
    if (tag !== undefined) await settlesWithin(cancelMs, this.#session?.epoch.channel.cancel(tag));
    if (this.#outstanding > 0)
      await settlesWithin(drainMs, new Promise<void>((resolve) => (this.#drained = resolve)));
    if (this.#outstanding > 0)
      logger.warn('handlers did not finish in time; their messages go back', {
        queue,
        messages: this.#outstanding,
      });
    this.#session?.flush();
    await this.#channel.stop();
  }

  async #consume(epoch: ChannelEpoch): Promise<void> {
    const session = new Session(epoch);
    this.#session = session;
    await epoch.channel.prefetch(this.options.prefetch);
    const { consumerTag } = await epoch.channel.consume(this.queue, (message) => {
      // Null: the broker has ended the consumer, because the queue was deleted or moved. Begin anew.
      if (message === null) void epoch.channel.close().catch(() => undefined);
      else if (!this.#stopping.signal.aborted) void this.#take(session, message);
    });
    this.#consumerTag = consumerTag;
  }

  async #take(session: Session, message: ConsumeMessage): Promise<void> {
    this.#outstanding += 1;
    const delivery = { session, message };
    try {
      await this.options.handle(delivery);
    } catch (error) {
      const { logger } = this.options;
      rejectPoison(delivery, { queue: this.queue, logger, error });
    }
    this.#outstanding -= 1;
    if (this.#outstanding === 0) this.#drained();
  }
}

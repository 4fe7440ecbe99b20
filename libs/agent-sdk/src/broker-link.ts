import {
  amqpAddress,
  isAccessRefused,
  ReconnectingChannel,
  ReconnectingConnection,
  type ChannelEpoch,
} from '@ymera/amqp';
import type { Logger } from '@ymera/kernel';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';

/** A message of the principal, ready for the wire. */
export interface Outgoing {
  readonly routingKey: string;
  readonly type: string;
  readonly body: Buffer;
  readonly headers?: Record<string, string>;
}

export interface BrokerAddress {
  /** `amqp://host:port` without user, password or virtual host. */
  readonly url: string;
  readonly vhost: string;
  readonly queue: string;
}

export interface BrokerLinkOptions {
  readonly address: BrokerAddress;
  readonly principalId: string;
  readonly credential: string;
  readonly logger: Logger;
  /** Called after every successful connect, before anything else is published. */
  readonly onConnected: () => void;
  readonly onDelivery: (delivery: ConsumeMessage) => void;
  /**
   * Called when the broker refuses the login, or closes the channel for a published message. The broker answers 403
   * both for a wrong password and for an unavailable authentication service, so a refusal is never final here: this
   * returns how long to wait, in milliseconds.
   */
  readonly onRefused: () => Promise<number>;
}

/** A third of the usual lease: what an agent holds when the broker goes away must not run out while it waits to return. */
const backoff = { baseMs: 200, maxMs: 5_000 };
const heartbeatSeconds = 15;
const prefetch = 50;

/** One connection of a principal to the broker, reconnected until `close`. */
export class BrokerLink {
  private readonly connection: ReconnectingConnection;
  private readonly channel: ReconnectingChannel;

  constructor(private readonly options: BrokerLinkOptions) {
    const { address, principalId, credential, logger } = options;
    const name = `agent ${principalId}`;
    const minDelayMs = async (error: unknown): Promise<number> =>
      isAccessRefused(error) ? options.onRefused() : 0;
    this.connection = new ReconnectingConnection({
      name,
      address: amqpAddress({
        url: address.url,
        vhost: address.vhost,
        username: principalId,
        password: credential,
      }),
      logger,
      heartbeatSeconds,
      backoff,
      minDelayMs,
    });
    this.channel = new ReconnectingChannel(this.connection, {
      name,
      logger,
      confirms: true,
      opened: (epoch) => this.consume(epoch),
      ready: () => {
        options.onConnected();
      },
      minDelayMs,
    });
  }

  open(): void {
    this.channel.start();
  }

  get isUp(): boolean {
    return this.channel.current !== undefined;
  }

  /**
   * Resolves true once the broker has confirmed; false when it has not (no connection, returned, refused). Nothing is
   * buffered here: callers that must not lose a message send it again after the next connect.
   */
  publish(message: Outgoing): Promise<boolean> {
    const channel = this.channel.current?.channel as ConfirmChannel | undefined;
    if (!channel) return Promise.resolve(false);
    return new Promise((resolve) => {
      try {
        channel.publish(
          'agents.in',
          message.routingKey,
          message.body,
          {
            userId: this.options.principalId,
            type: message.type,
            contentType: 'application/json',
            deliveryMode: 2,
            ...(message.headers ? { headers: message.headers } : {}),
          },
          (error: unknown) => {
            resolve(error === null || error === undefined);
          },
        );
      } catch {
        resolve(false);
      }
    });
  }

  /** Leaves; within a few seconds also a broker that does not answer. */
  async close(): Promise<void> {
    await this.channel.stop();
    await this.connection.close();
  }

  private async consume({ channel }: ChannelEpoch): Promise<void> {
    await channel.prefetch(prefetch);
    await channel.consume(this.options.address.queue, (delivery) => {
      if (delivery === null) {
        void channel.close().catch(() => undefined);
        return;
      }
      // The truth of a task is in the orchestrator's database, so the delivery is settled at once.
      channel.ack(delivery);
      this.handle(delivery);
    });
  }

  /** A delivery that cannot be handled must not end the connection, which is what amqplib does when a consumer throws. */
  private handle(delivery: ConsumeMessage): void {
    try {
      this.options.onDelivery(delivery);
    } catch (error) {
      this.options.logger.error('delivery failed', { type: String(delivery.properties.type), error });
    }
  }
}

import { connect, type ChannelModel, type ConfirmChannel, type ConsumeMessage, type Options } from 'amqplib';
import { type Logger, sleep, settlesWithin } from '@ymera/kernel';

/** What the principal publishes, ready for the wire. */
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
   * Called when the broker refuses the login, or closes the channel for what was published. The broker says 403 for a
   * wrong password and for an authentication service that is away alike, so a refusal is never final here: this decides how
   * long to wait, in milliseconds.
   */
  readonly onRefused: () => Promise<number>;
}

const firstDelayMs = 200;
/** A third of the usual lease: what an agent holds when the broker goes away must not run out while it waits to return. */
const maxDelayMs = 5_000;
const connectTimeoutMs = 10_000;
/** How long `close` waits for a broker that may have vanished. */
const closeMs = 2_000;
const prefetch = 50;

/** One connection of a principal to the broker, kept up until `close`. */
export class BrokerLink {
  private connection: ChannelModel | undefined;
  private channel: ConfirmChannel | undefined;
  private readonly closing = new AbortController();
  private loop: Promise<void> | undefined;

  constructor(private readonly options: BrokerLinkOptions) {}

  open(): void {
    this.loop ??= this.keepUp();
  }

  get isUp(): boolean {
    return this.channel !== undefined;
  }

  /**
   * Resolves true once the broker has confirmed; false when it has not (no connection, returned, refused). Nothing is
   * buffered here: callers that must not lose a message send it again after the next connect.
   */
  publish(message: Outgoing): Promise<boolean> {
    const channel = this.channel;
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

  /** Leaves; within two seconds also a broker that does not answer. */
  async close(): Promise<void> {
    this.closing.abort();
    if (this.connection) hangUp(this.connection);
    await settlesWithin(closeMs, this.loop);
  }

  private async keepUp(): Promise<void> {
    let delayMs = firstDelayMs;
    while (!this.closing.signal.aborted) {
      const ended = await this.connectOnce();
      if (ended === 'was_up' || ended === 'cut_off') delayMs = firstDelayMs;
      let waitMs = Math.random() * delayMs;
      if (ended === 'refused' || ended === 'cut_off')
        waitMs = Math.max(waitMs, await this.options.onRefused());
      delayMs = Math.min(delayMs * 2, maxDelayMs);
      await sleep(waitMs, this.closing.signal);
    }
  }

  /** Connects, then resolves when that connection is over. */
  private async connectOnce(): Promise<'was_up' | 'cut_off' | 'refused' | 'unreachable'> {
    const { address, principalId, credential, logger } = this.options;
    let connection: ChannelModel;
    try {
      connection = await connect(connectionOptions(address, principalId, credential), {
        timeout: connectTimeoutMs,
      });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const refused = isRefusal(error);
      logger.warn('broker connection failed', { principal_id: principalId, refused, reason: message });
      return refused ? 'refused' : 'unreachable';
    }
    const over = new Promise<void>((resolve) => {
      connection.once('close', () => {
        resolve();
      });
    });
    connection.on('error', (error: Error) => {
      logger.warn('broker connection lost', { principal_id: principalId, reason: error.message });
    });
    if (this.closing.signal.aborted) {
      hangUp(connection);
      await over;
      return 'was_up';
    }
    let isCutOff = false;
    this.connection = connection;
    try {
      const channel = await connection.createConfirmChannel();
      channel.on('error', (error: Error) => {
        isCutOff = isRefusal(error);
        logger.warn('broker channel lost', { principal_id: principalId, reason: error.message });
      });
      // A channel never outlives its use: without it the connection is of no use, so both go together.
      channel.once('close', () => {
        this.channel = undefined;
        hangUp(connection);
      });
      await channel.prefetch(prefetch);
      this.channel = channel;
      await channel.consume(address.queue, (delivery) => {
        if (delivery === null) {
          hangUp(connection);
          return;
        }
        // The truth of a task is in the orchestrator's database, so the delivery is settled at once.
        channel.ack(delivery);
        this.options.onDelivery(delivery);
      });
      this.options.onConnected();
    } catch (error) {
      isCutOff = isRefusal(error);
      logger.warn('broker channel refused', {
        principal_id: principalId,
        reason: error instanceof Error ? error.message : String(error),
      });
      hangUp(connection);
    }
    await over;
    this.channel = undefined;
    this.connection = undefined;
    return isCutOff ? 'cut_off' : 'was_up';
  }
}

/**
 * Not to be waited for: the promise of amqplib's close settles only with the broker's answer, and never when the socket dies
 * before it. The close event comes in either case.
 */
function hangUp(connection: ChannelModel): void {
  void connection.close().catch(() => undefined);
}

/** A virtual host that is refused ends the handshake without its code. */
const isRefusal = (error: unknown): boolean =>
  /ACCESS.REFUSED|\b403\b|got <ConnectionClose/.test(String(error));

function connectionOptions(address: BrokerAddress, username: string, password: string): Options.Connect {
  const url = new URL(address.url);
  const secure = url.protocol === 'amqps:';
  return {
    protocol: secure ? 'amqps' : 'amqp',
    hostname: url.hostname,
    port: Number(url.port || (secure ? 5671 : 5672)),
    username,
    password,
    vhost: address.vhost,
    heartbeat: 15,
  };
}

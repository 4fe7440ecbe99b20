import { agentQueue, exchanges } from '@ymera/contracts';
import type { Channel, ChannelModel, Options } from 'amqplib';

export interface Delivery {
  readonly type: string;
  readonly userId: string | undefined;
  readonly body: unknown;
}

/** A principal's bare AMQP connection, to test its permissions on the broker. */
export class PrincipalClient {
  constructor(private readonly connection: ChannelModel) {}

  /**
   * The broker's answer to one operation on a channel of its own: `ok`, or the code and word with which it closed the
   * channel.
   */
  async attempt(operation: (channel: Channel) => Promise<unknown>): Promise<string> {
    const channel = await this.connection.createConfirmChannel();
    const refused = new Promise<string>((resolve) =>
      channel.on('error', (error: Error) =>
        resolve(/\d{3} \([A-Z-]+\)/.exec(error.message)?.[0] ?? error.message),
      ),
    );
    const done = operation(channel)
      .then(() => channel.waitForConfirms())
      .then(
        () => 'ok',
        () => refused,
      );
    const outcome = await Promise.race([done, refused]);
    if (outcome === 'ok') await channel.close();
    return outcome;
  }

  publish(
    routingKey: string,
    body: unknown,
    options: Options.Publish,
    exchange: string = exchanges.agentsIn,
  ): Promise<string> {
    return this.attempt(async (channel) =>
      channel.publish(exchange, routingKey, Buffer.from(JSON.stringify(body)), options),
    );
  }

  /** Every message of the principal's own queue from now on. */
  async inbox(principalId: string): Promise<Delivery[]> {
    const channel = await this.connection.createChannel();
    channel.on('error', () => undefined);
    const received: Delivery[] = [];
    await channel.consume(
      agentQueue(principalId),
      (message) => {
        if (!message) return;
        received.push({
          type: String(message.properties.type),
          userId: message.properties.userId as string | undefined,
          body: JSON.parse(message.content.toString()),
        });
      },
      { noAck: true },
    );
    return received;
  }
}

import { connect, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { agentQueue, agentQueues, exchanges, reportQueue, welcome } from '@ymera/contracts';
import { type TestVhosts } from '@ymera/testing';

export interface Seen {
  readonly type: string;
  readonly userId: string;
  readonly body: Record<string, unknown>;
}

/** The platform's side of the protocol, played by the test on a real broker. */
export class PlatformSide {
  readonly seen: Seen[] = [];

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    private readonly principalId: string,
  ) {}

  static async open(broker: TestVhosts, principalId: string): Promise<PlatformSide> {
    const connection = await connect(`${broker.url}/${encodeURIComponent(broker.agentsVhost)}`);
    const channel = await connection.createConfirmChannel();
    const side = new PlatformSide(connection, channel, principalId);
    await channel.assertQueue(agentQueue(principalId), { durable: true });
    await channel.bindQueue(agentQueue(principalId), exchanges.agentsOut, principalId);
    for (const queue of [agentQueues.hello, agentQueues.events, agentQueues.results, reportQueue(1)])
      await channel.consume(queue, (message) => side.take(message), { noAck: true });
    return side;
  }

  async send(type: string, body: unknown): Promise<void> {
    this.channel.publish(exchanges.agentsOut, this.principalId, Buffer.from(JSON.stringify(body)), { type });
    await this.channel.waitForConfirms();
  }

  welcome(session: number): Promise<void> {
    return this.send(welcome.name, {
      ...welcome.sample,
      session,
      partition: 1,
      interval_s: 0.3,
      agent_ids: ['sdk-tester'],
    });
  }

  of(type: string): Seen[] {
    return this.seen.filter((message) => message.type === type);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  private take(message: ConsumeMessage | null): void {
    if (!message) return;
    const body = JSON.parse(message.content.toString('utf8')) as Record<string, unknown>;
    this.seen.push({
      type: String(message.properties.type),
      userId: String(message.properties.userId),
      body,
    });
  }
}

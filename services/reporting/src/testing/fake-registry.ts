import { queryQueue, recallCanary } from '@ymera/contracts';
import type { ChannelModel, ConsumeMessage } from 'amqplib';

/** Answers reporting's queries to the registry, while it is available. */
export class FakeRegistry {
  private tag: string | undefined;
  /** Whether the broker has asked about this name. */
  wasAskedAbout: (name: string) => boolean = () => true;

  private constructor(private readonly channel: Awaited<ReturnType<ChannelModel['createChannel']>>) {}

  static async on(connection: ChannelModel): Promise<FakeRegistry> {
    const registry = new FakeRegistry(await connection.createChannel());
    await registry.becomeAvailable();
    return registry;
  }

  async becomeAvailable(): Promise<void> {
    const { consumerTag } = await this.channel.consume(
      queryQueue('registry'),
      (message) => message && this.answer(message),
      { noAck: true },
    );
    this.tag = consumerTag;
  }

  async becomeUnavailable(): Promise<void> {
    if (this.tag !== undefined) await this.channel.cancel(this.tag);
  }

  private answer({ properties, content }: ConsumeMessage): void {
    if (properties.type !== recallCanary.key) return;
    const { name } = recallCanary.payload.parse(JSON.parse(content.toString()));
    const value = { asked_at: this.wasAskedAbout(name) ? new Date().toISOString() : null };
    this.channel.sendToQueue(String(properties.replyTo), Buffer.from(JSON.stringify({ ok: true, value })), {
      correlationId: String(properties.correlationId),
    });
  }
}

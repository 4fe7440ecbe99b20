import { listAgents, queryQueue } from '@ymera/contracts';
import type { ChannelModel } from 'amqplib';

/** Answers what reporting asks the registry, as long as it is there. */
export class PlayedRegistry {
  private tag: string | undefined;

  private constructor(private readonly channel: Awaited<ReturnType<ChannelModel['createChannel']>>) {}

  static async on(connection: ChannelModel): Promise<PlayedRegistry> {
    const registry = new PlayedRegistry(await connection.createChannel());
    await registry.comeBack();
    return registry;
  }

  async comeBack(): Promise<void> {
    const { consumerTag } = await this.channel.consume(
      queryQueue('registry'),
      (message) => {
        if (!message) return;
        const { replyTo, correlationId, type } = message.properties;
        const reply = type === listAgents.key ? { ok: true, value: listAgents.replySample } : undefined;
        if (reply)
          this.channel.sendToQueue(String(replyTo), Buffer.from(JSON.stringify(reply)), {
            correlationId: String(correlationId),
          });
      },
      { noAck: true },
    );
    this.tag = consumerTag;
  }

  async goAway(): Promise<void> {
    if (this.tag !== undefined) await this.channel.cancel(this.tag);
  }
}

import { ReconnectingChannel } from '@ymera/amqp';
import type { VirtualHost } from '@ymera/contracts';
import { failure, FailureException, type Logger } from '@ymera/kernel';
import type { RabbitConnections } from '../connection/rabbit-connections';

/** Counts waiting messages of queues, on the connections that consume: an answer also shows that these work. */
export class QueueDepths {
  readonly #channels = new Map<VirtualHost, ReconnectingChannel>();

  constructor(
    private readonly connections: RabbitConnections,
    private readonly logger: Logger,
  ) {}

  /**
   * Messages that are ready and not yet with a consumer. Rejects while the broker is unavailable; hangs while it hangs.
   */
  async of(vhost: VirtualHost, queue: string): Promise<number> {
    const channel = this.#channel(vhost).current?.channel;
    if (!channel) throw new FailureException(unavailable(queue));
    return (await channel.checkQueue(queue)).messageCount;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#channels.values()].map((channel) => channel.stop()));
  }

  #channel(vhost: VirtualHost): ReconnectingChannel {
    const known = this.#channels.get(vhost);
    if (known) return known;
    const channel = new ReconnectingChannel(this.connections.of(vhost, 'consume'), {
      name: `depths ${vhost}`,
      logger: this.logger,
      confirms: false,
    });
    this.#channels.set(vhost, channel);
    channel.start();
    return channel;
  }
}

const unavailable = (queue: string) =>
  failure(
    'unavailable',
    'broker_unavailable',
    `The broker is unavailable; the depth of ${queue} is unknown.`,
  );

import { amqpAddress } from '@ymera/amqp';
import type { VirtualHost } from '@ymera/contracts';
import { FailureException, failure } from '@ymera/kernel';
import type { Channel } from 'amqplib';
import { RabbitConnections, type RabbitConnectionsOptions } from './connection/rabbit-connections';
import type { HandleDeadLetter } from './dead-letters/dead-letter-consumer';
import { DeadLetterCollector } from './dead-letters/dead-letter-collector';
import { createOriginKey, OriginAuthenticator } from './origin';
import { ChannelPublisher } from './publishing/channel-publisher';
import { RabbitOutboxPublisher } from './publishing/outbox-publisher';
import { Publisher } from './publishing/publisher';
import { QueryClient } from './queries/query-client';
import { QueueDepths } from './queues/queue-depths';
import { RabbitTransport, type TransportOptions } from './transport/rabbit-transport';

export interface MessagingOptions extends RabbitConnectionsOptions {
  /** Messages between publish and confirm, per virtual host; default 1024. */
  readonly publishWindow?: number;
  /** From a publish until it is sent, and from then to its confirm; default 10 s. */
  readonly publishTimeoutMs?: number;
  /**
   * Known to this service alone, the newest first: by them it recognises the retries and replays that it wrote. Default: one
   * of this process, for tests; retries of another process would be dead letters.
   */
  readonly originKeys?: readonly [Buffer, ...Buffer[]];
}

/** All of a service's messaging. Connections open when first needed and reconnect by themselves. */
export interface Messaging {
  readonly publisher: Publisher;
  /** For the outbox relay. */
  readonly outbox: RabbitOutboxPublisher;
  readonly queries: QueryClient;
  /** For `app.connectMicroservice({ strategy })`; once per process. */
  transport(options: TransportOptions): RabbitTransport;
  /**
   * Consumes every dead-letter queue; for the one service that may. Not part of `check`: other work continues while
   * dead-lettered messages wait, so the consuming service reports a problem itself.
   */
  keepDeadLetters(take: HandleDeadLetter): Pick<DeadLetterCollector, 'problems'>;
  /**
   * For readiness: rejects with a sentence while a connection in use is down or blocked, or a queue is not consumed.
   */
  check(): Promise<void>;
  /**
   * A new channel on the agents' virtual host, to declare and delete queues with, for the one service that may. On the
   * connection that publishes; the caller closes it. Rejects only when messaging is closed: it waits while the broker is away.
   */
  openAgentsChannel(): Promise<Channel>;
  /** Messages that wait in a queue, asked on the connection that consumes; no answer while the broker is away. */
  depth(vhost: VirtualHost, queue: string): Promise<number>;
  /** Stops consuming, lets handlers finish (with a timeout), confirms messages in flight, closes. */
  close(): Promise<void>;
}

const userOf = (url: string): string => amqpAddress({ url, vhost: '/' }).username ?? '';

export function createMessaging(options: MessagingOptions): Messaging {
  const { service, logger } = options;
  const connections = new RabbitConnections(options);
  const own = { service, user: userOf(options.url) };
  const origins = new OriginAuthenticator(service, options.originKeys ?? [createOriginKey()]);
  const publisher = new Publisher(
    origins,
    (vhost) =>
      new ChannelPublisher(connections.of(vhost, 'publish'), {
        vhost,
        service,
        logger,
        ...(options.publishWindow === undefined ? {} : { window: options.publishWindow }),
        ...(options.publishTimeoutMs === undefined ? {} : { timeoutMs: options.publishTimeoutMs }),
      }),
  );
  const queries = new QueryClient(connections.of('services', 'publish'), logger);
  const depths = new QueueDepths(connections, logger);
  const transports: RabbitTransport[] = [];
  const keepers: DeadLetterCollector[] = [];

  return {
    publisher,
    queries,
    outbox: new RabbitOutboxPublisher(publisher, own),
    transport(transportOptions) {
      const transport = new RabbitTransport(
        { connections, publisher, origins, service, logger },
        transportOptions,
      );
      transports.push(transport);
      return transport;
    },
    keepDeadLetters(take) {
      const keeper = new DeadLetterCollector({ connections, own, take, logger });
      keepers.push(keeper);
      keeper.start();
      return keeper;
    },
    openAgentsChannel: async () => (await connections.of('agents', 'publish').open()).createChannel(),
    depth: (vhost, queue) => depths.of(vhost, queue),
    async check() {
      const problems = [
        ...connections.problems(),
        ...transports.flatMap((transport) => transport.problems()),
      ];
      if (problems.length > 0)
        throw new FailureException(failure('unavailable', 'broker_unavailable', problems.join('; ')));
      return Promise.resolve();
    },
    async close() {
      await Promise.all([...transports, ...keepers].map((consumers) => consumers.close()));
      await Promise.all([publisher.close(), queries.close(), depths.close()]);
      await connections.close();
    },
  };
}

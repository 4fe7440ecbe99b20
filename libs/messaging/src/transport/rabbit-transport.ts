import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import type { ServiceName } from '@ymera/contracts';
import {
  messageIdRetentionMs,
  sleep,
  systemClock,
  type Clock,
  type Logger,
  type Result,
} from '@ymera/kernel';
import type { RabbitConnections } from '../connection/rabbit-connections';
import { callHandler } from '../consuming/nest-handler';
import { QueueConsumer } from '../consuming/queue-consumer';
import { subscriptionKey } from '../decorators';
import type { DelayedDelivery } from '../delayed-delivery';
import { maxBodyBytes } from '../limits';
import type { OriginAuthenticator } from '../origin';
import type { Publisher } from '../publishing/publisher';
import { QueryServer, type QueryRoute } from '../queries/query-server';
import type { Subscription } from '../subscription';
import { prefetchOf, queuePlans, type QueuePlan, type Registration } from './routes';

export interface TransportOptions {
  /** The store of retries. */
  readonly delayed: DelayedDelivery;
  /** Messages of a queue handled concurrently, where they are not handled in batches; default 16. */
  readonly prefetch?: number;
  /** Attempts in all, before a message that is to be retried is dead-lettered; default 8. */
  readonly maxAttempts?: number;
  /** Backoff before the second attempt, doubled for each further one up to `retryMaxMs`; default 1 s. */
  readonly retryBaseMs?: number;
  /** Default 5 min. */
  readonly retryMaxMs?: number;
  /** Messages with ids older than this are refused; at most the retention of inboxes. Default 7 days. */
  readonly retentionMs?: number;
  /** A larger body is a dead letter, and is cut to this in it. At most what can be published: 8 MiB, the default. */
  readonly maxBodyBytes?: number;
  /** How long `close` waits for handlers; default 10 s. */
  readonly drainMs?: number;
  readonly clock?: Clock;
}

interface Parts {
  readonly connections: RabbitConnections;
  readonly publisher: Publisher;
  readonly origins: OriginAuthenticator;
  readonly service: ServiceName;
  readonly logger: Logger;
}

interface Consumer {
  readonly queue: string;
  readonly isConsuming: boolean;
  start(): void;
  stop(): Promise<void>;
}

/** Time that `listen` waits for the consumers; after that it waits for the broker in the background. */
const listenMs = 5_000;
const listenStepMs = 5;
const maxPrefetch = 4_000;

/** Nest's interface to this library: decorated handlers become consumers of the service's queues. */
export class RabbitTransport extends Server implements CustomTransportStrategy {
  readonly #consumers = new Map<string, Consumer>();
  readonly #onAssignment = new Map<string, QueuePlan>();
  /** Consumers that are stopping; a new one for the same queue waits for them. */
  readonly #releasing = new Map<string, Promise<void>>();

  constructor(
    private readonly parts: Parts,
    private readonly options: TransportOptions,
  ) {
    super();
  }

  override addHandler(
    pattern: string,
    callback: MessageHandler,
    isEventHandler = false,
    extras: Record<string, unknown> = {},
  ): void {
    // Nest would chain a second one, and then one delivery would have two dispositions.
    if (this.messageHandlers.has(pattern)) throw new Error(`two handlers for ${pattern}`);
    super.addHandler(pattern, callback, isEventHandler, extras);
  }

  override listen(callback: (error?: unknown) => void): void {
    try {
      this.#build();
    } catch (error) {
      callback(error);
      return;
    }
    for (const consumer of this.#consumers.values()) consumer.start();
    void this.#consuming([...this.#consumers.values()]).then(() => callback());
  }

  /** Stops consuming, lets handlers finish, returns the rest to the queue. */
  override async close(): Promise<void> {
    const consumers = [...this.#consumers.values()];
    this.#consumers.clear();
    await Promise.all([...consumers.map((consumer) => consumer.stop()), ...this.#releasing.values()]);
  }

  /** Begins to consume a queue declared with `consume: 'assignment'`. */
  async assign(queue: string): Promise<void> {
    const plan = this.#onAssignment.get(queue);
    if (plan === undefined) throw new Error(`${queue} is not consumed by assignment`);
    await this.#releasing.get(queue);
    if (this.#consumers.has(queue)) return;
    const consumer = this.#consumerOf(plan);
    this.#consumers.set(queue, consumer);
    consumer.start();
    await this.#consuming([consumer]);
  }

  /** Stops it; resolves when its last handler has settled, so that the next owner may begin. */
  async release(queue: string): Promise<void> {
    const consumer = this.#consumers.get(queue);
    if (consumer !== undefined && this.#onAssignment.has(queue)) {
      this.#consumers.delete(queue);
      this.#releasing.set(
        queue,
        consumer.stop().finally(() => this.#releasing.delete(queue)),
      );
    }
    await this.#releasing.get(queue);
  }

  /** Queues that should be consumed and are not, for readiness. */
  problems(): readonly string[] {
    return [...this.#consumers.values()]
      .filter(({ isConsuming }) => !isConsuming)
      .map(({ queue }) => `${queue} is not being consumed`);
  }

  override on(): never {
    throw new Error('the transport emits no events; see its metrics and problems()');
  }

  override unwrap(): never {
    throw new Error('the connections are behind Messaging; see its openAgentsChannel()');
  }

  #build(): void {
    const { service, connections, logger } = this.parts;
    const registrations: Registration[] = [];
    const queries = new Map<string, QueryRoute>();
    for (const handler of this.messageHandlers.values()) {
      const subscription = (handler.extras as { [subscriptionKey]?: Subscription } | undefined)?.[
        subscriptionKey
      ];
      if (subscription === undefined) continue;
      if (subscription.kind !== 'query') registrations.push({ subscription, handler });
      else {
        const { contract } = subscription;
        if (contract.owner !== service)
          throw new Error(`${contract.key} is a query to ${contract.owner}, not to ${service}`);
        queries.set(contract.key, {
          contract,
          handle: async (payload, context) =>
            (await callHandler(handler, contract.key, payload, context)) as Result<unknown>,
        });
      }
    }
    for (const plan of queuePlans(service, registrations)) {
      if (plan.isOnAssignment) this.#onAssignment.set(plan.queue, plan);
      else this.#consumers.set(plan.queue, this.#consumerOf(plan));
    }
    if (queries.size > 0) {
      const server = new QueryServer({
        service,
        consuming: connections.of('services', 'consume'),
        publishing: connections.of('services', 'publish'),
        routes: queries,
        prefetch: this.options.prefetch ?? 16,
        drainMs: this.options.drainMs ?? 10_000,
        logger,
      });
      this.#consumers.set(server.queue, server);
    }
  }

  #consumerOf(plan: QueuePlan): QueueConsumer {
    const { service, connections, publisher, origins, logger } = this.parts;
    const { options } = this;
    return new QueueConsumer({
      service,
      origins,
      vhost: plan.vhost,
      queue: plan.queue,
      routes: plan.routes,
      connection: connections.of(plan.vhost, 'consume'),
      publisher,
      delayed: options.delayed,
      prefetch: Math.min(prefetchOf(plan, options.prefetch ?? 16), maxPrefetch),
      policy: {
        maxAttempts: options.maxAttempts ?? 8,
        baseMs: options.retryBaseMs ?? 1_000,
        maxMs: options.retryMaxMs ?? 300_000,
      },
      retentionMs: options.retentionMs ?? messageIdRetentionMs,
      maxBodyBytes: Math.min(options.maxBodyBytes ?? maxBodyBytes, maxBodyBytes),
      drainMs: options.drainMs ?? 10_000,
      clock: options.clock ?? systemClock,
      logger,
    });
  }

  async #consuming(consumers: readonly Consumer[]): Promise<void> {
    const deadline = performance.now() + listenMs;
    while (consumers.some(({ isConsuming }) => !isConsuming) && performance.now() < deadline)
      await sleep(listenStepMs);
  }
}

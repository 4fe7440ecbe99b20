import { deadLetterQueues, type ServiceIdentity } from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import type { RabbitConnections } from '../connection/rabbit-connections';
import { DeadLetterConsumer, type HandleDeadLetter } from './dead-letter-consumer';

/** Consumes every dead-letter queue; one service in an installation has the permission (ADR 0011). */
export class DeadLetterCollector {
  readonly #consumers: readonly DeadLetterConsumer[];

  constructor({
    connections,
    own,
    take,
    logger,
  }: {
    readonly connections: RabbitConnections;
    readonly own: ServiceIdentity;
    readonly take: HandleDeadLetter;
    readonly logger: Logger;
  }) {
    this.#consumers = deadLetterQueues().map(
      (queue) =>
        new DeadLetterConsumer({
          queue,
          own,
          take,
          logger,
          connection: connections.of(queue.vhost, 'consume'),
        }),
    );
  }

  start(): void {
    for (const consumer of this.#consumers) consumer.start();
  }

  async close(): Promise<void> {
    await Promise.all(this.#consumers.map((consumer) => consumer.stop()));
  }

  /** Queues that should be consumed and are not, for readiness. */
  problems(): readonly string[] {
    return this.#consumers
      .filter(({ isConsuming }) => !isConsuming)
      .map(({ queue }) => `${queue} is not being consumed`);
  }
}

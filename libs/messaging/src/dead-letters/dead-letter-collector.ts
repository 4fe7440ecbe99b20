import { deadLetterQueues } from '@ymera/contracts';
import type { Logger } from '@ymera/kernel';
import type { RabbitConnections } from '../connection/rabbit-connections';
import { DeadLetterConsumer, type HandleDeadLetter } from './dead-letter-consumer';

/** Consumes every dead-letter queue; one service in an installation has the permission (ADR 0011). */
export class DeadLetterCollector {
  readonly #consumers: readonly DeadLetterConsumer[];

  constructor(connections: RabbitConnections, take: HandleDeadLetter, logger: Logger) {
    this.#consumers = deadLetterQueues().map(
      (queue) =>
        new DeadLetterConsumer({ queue, take, logger, connection: connections.of(queue.vhost, 'consume') }),
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

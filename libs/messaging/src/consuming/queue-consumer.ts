import type { ReconnectingConnection } from '@ymera/amqp';
import { deliveryLimit, type ServiceName, type VirtualHost } from '@ymera/contracts';
import { err, ok, type Clock, type Logger, type Result } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import type { DelayedDelivery } from '../delayed-delivery';
import { dead, type Disposition } from '../disposition';
import { metrics } from '../metrics';
import type { OriginAuthenticator } from '../origin';
import type { Publisher } from '../publishing/publisher';
import { inTraceOf, processing, processingBatch } from '../trace';
import { BatchCollector } from './batch-collector';
import { ChannelConsumer } from './channel-consumer';
import type { Place } from './forwarded';
import { rejection, type Rejection } from './json-body';
import { PauseGate } from './pause-gate';
import type { BatchTarget, Route, SingleTarget } from './route';
import type { Delivery, Item } from './session';
import { Settler } from './settler';
import { bounded, verdictOf, type RetryPolicy } from './verdict';

export interface QueueConsumerOptions extends Omit<Place, 'facts'> {
  readonly vhost: VirtualHost;
  readonly queue: string;
  readonly service: ServiceName;
  readonly origins: OriginAuthenticator;
  readonly connection: ReconnectingConnection;
  readonly publisher: Publisher;
  readonly delayed: DelayedDelivery;
  readonly routes: ReadonlyMap<string, Route>;
  readonly prefetch: number;
  readonly policy: RetryPolicy;
  readonly retentionMs: number;
  /** Timeout of handlers at `stop`. */
  readonly drainMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Nothing has finished with the message so often that the next time would be too late: the broker gives it up then, and
 * cannot say for sure who sent it.
 */
const maxDeliveries = deliveryLimit - 2;

const pauseBackoff = { baseMs: 200, maxMs: 15_000 };

/** A delivery in a batch; `finished` is called when it is settled or given up. */
interface BatchItem extends Item {
  readonly finished: () => void;
}

/**
 * Consumes one queue: parses each delivery, calls its handler, and settles the result. A handler that fails because a
 * dependency is unavailable pauses the whole consumer, with its messages unacknowledged.
 */
export class QueueConsumer {
  readonly #consumer: ChannelConsumer;
  readonly #gate: PauseGate;
  readonly #settler: Settler;
  readonly #collectors = new Map<BatchTarget, BatchCollector<BatchItem>>();

  constructor(private readonly options: QueueConsumerOptions) {
    const { queue, logger, connection, publisher, delayed, prefetch, drainMs } = options;
    this.#consumer = new ChannelConsumer({
      queue,
      connection,
      prefetch,
      drainMs,
      logger,
      handle: (delivery) => this.#take(delivery),
    });
    const { stopping } = this.#consumer;
    this.#gate = new PauseGate(pauseBackoff, stopping, (isPaused) =>
      metrics.paused.set({ queue }, isPaused ? 1 : 0),
    );
    this.#settler = new Settler({
      queue,
      publisher,
      delayed,
      logger,
      stopping,
      place: () => ({ maxBodyBytes: options.maxBodyBytes, facts: this.#facts() }),
    });
    for (const { target } of options.routes.values())
      if (target.kind === 'batch' && !this.#collectors.has(target))
        this.#collectors.set(
          target,
          new BatchCollector(target.batch, (items) => this.#takeBatch(items, target)),
        );
    stopping.addEventListener('abort', () => {
      for (const collector of this.#collectors.values())
        for (const { finished } of collector.clear()) finished();
    });
  }

  get queue(): string {
    return this.options.queue;
  }

  get isConsuming(): boolean {
    return this.#consumer.isConsuming;
  }

  start(): void {
    this.#consumer.start();
  }

  /** No new deliveries; handlers finish within `drainMs`; what is unsettled then goes back to the queue. */
  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  async #take(delivery: Delivery): Promise<void> {
    const { message, session } = delivery;
    const deliveries: unknown = message.properties.headers?.['x-delivery-count'];
    if (typeof deliveries === 'number' && deliveries >= maxDeliveries)
      return this.#settler.settle(
        delivery,
        dead('delivery_limit', `delivered ${deliveries} times before, and never finished with`),
      );
    const read = this.#read(message);
    if (!read.ok) return this.#settler.settle(delivery, dead(read.error.code, read.error.reason));
    const { received, target } = read.value;
    const item = { session, message, received };
    if (target.kind === 'single') return this.#takeOne(item, target);
    return new Promise((finished) => this.#collectors.get(target)?.add({ ...item, finished }));
  }

  /** Never throws: a message that cannot be read is a dead letter, whatever its reading throws. */
  #read(message: ConsumeMessage): Result<Pick<Item, 'received'> & Pick<Route, 'target'>, Rejection> {
    const type = String(message.properties.type);
    const bytes = message.content.length;
    const { maxBodyBytes } = this.options;
    if (bytes > maxBodyBytes)
      return err(rejection('message_too_large', `${bytes} bytes; at most ${maxBodyBytes} are taken`));
    const route = this.options.routes.get(type);
    if (route === undefined) return err(rejection('unknown_message', `nothing here takes "${type}"`));
    try {
      const received = route.read(message, this.#facts());
      return received.ok ? ok({ received: received.value, target: route.target }) : received;
    } catch (error) {
      // Such as a body that is nested deeper than the stack of what validates it.
      const reason = error instanceof Error ? error.message : String(error);
      return err(rejection('unreadable_message', `reading it failed: ${reason}`));
    }
  }

  async #takeOne(item: Item, target: SingleTarget): Promise<void> {
    const { received, message } = item;
    const { policy, queue } = this.options;
    for (;;) {
      await this.#gate.whenOpen();
      if (this.#isGone(item)) return;
      try {
        const disposition = await processing({ queue, message }, async () => {
          const decided = await target.handle(received);
          this.#handled(item);
          return decided;
        });
        this.#gate.succeeded();
        if (disposition === undefined || disposition.kind === 'ack') this.#settler.acknowledge(item, 'ack');
        else await this.#settler.settle(item, bounded(disposition, received.attempts, policy));
        return;
      } catch (thrown) {
        const verdict = verdictOf(thrown, received.attempts, policy);
        this.#note(thrown, target.name, received.id, verdict.kind);
        if (verdict.kind !== 'pause')
          return this.#settler.settle(item, bounded(verdict, received.attempts, policy));
        await this.#gate.pause();
      }
    }
  }

  async #takeBatch(items: readonly BatchItem[], target: BatchTarget): Promise<void> {
    await this.#handleBatch(items, target);
    for (const { finished } of items) finished();
  }

  /** A batch that throws is halved until the message at fault is alone; the others are handled without it. */
  async #handleBatch(batch: readonly Item[], target: BatchTarget): Promise<void> {
    const { policy, queue } = this.options;
    for (;;) {
      await this.#gate.whenOpen();
      const items = batch.filter((item) => !this.#isGone(item));
      const first = items[0];
      if (first === undefined) return;
      const received = items.map((item) => item.received);
      try {
        const handled = items.map(({ message }) => ({ queue, message }));
        const dispositions = await processingBatch(target, handled, () => target.handle(received));
        if (!target.isBulk)
          for (const item of items) inTraceOf({ queue, message: item.message }, () => this.#handled(item));
        this.#gate.succeeded();
        return await this.#settleBatch(items, dispositions);
      } catch (thrown) {
        const verdict = verdictOf(thrown, first.received.attempts, policy);
        if (verdict.kind !== 'pause' && items.length > 1) {
          const middle = items.length >> 1;
          await this.#handleBatch(items.slice(0, middle), target);
          return await this.#handleBatch(items.slice(middle), target);
        }
        this.#note(thrown, target.name, first.received.id, verdict.kind);
        if (verdict.kind !== 'pause')
          return await this.#settler.settle(first, bounded(verdict, first.received.attempts, policy));
        await this.#gate.pause();
      }
    }
  }

  async #settleBatch(
    items: readonly Item[],
    dispositions: readonly Disposition[] | undefined,
  ): Promise<void> {
    if (dispositions === undefined) return this.#settler.acknowledgeAll(items);
    const settling: Promise<void>[] = [];
    for (const [index, item] of items.entries()) {
      const disposition = dispositions[index] ?? dead('handler_failed', 'the handler did not decide');
      if (disposition.kind === 'ack') this.#settler.acknowledge(item, 'ack');
      else {
        const { attempts } = item.received;
        settling.push(this.#settler.settle(item, bounded(disposition, attempts, this.options.policy)));
      }
    }
    await Promise.all(settling);
  }

  /** No handler starts: the channel has ended, or the consumer is stopping. */
  #isGone({ session }: Delivery): boolean {
    return !session.epoch.live || this.#consumer.stopping.aborted;
  }

  #facts(): Place['facts'] {
    const { clock, connection, retentionMs, service, vhost, queue, origins } = this.options;
    return { now: clock.now(), vhost, queue, own: { service, user: connection.user }, origins, retentionMs };
  }

  /** Within the message's trace; where nothing else is logged, this line still shows that it was handled. */
  #handled({ received: { id, type } }: Item): void {
    this.options.logger.debug('message handled', { queue: this.options.queue, type, message_id: id });
  }

  #note(error: unknown, handler: string, messageId: string, kind: string): void {
    const { logger, queue } = this.options;
    if (kind === 'pause') logger.warn('consumer pauses', { queue, handler, error });
    if (kind === 'retry') logger.warn('handler failed', { queue, handler, messageId, error });
  }
}

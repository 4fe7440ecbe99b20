import { type Clock, type Logger, settlesWithin } from '@ymera/kernel';
import { LiveChannel, type ChannelEpoch } from '../connection/live-channel';
import type { RabbitConnection } from '../connection/rabbit-connection';
import type { DelayedDelivery } from '../delayed-delivery';
import { dead, type Disposition } from '../disposition';
import { metrics } from '../metrics';
import type { Publisher } from '../publishing/publisher';
import { inTraceOf, processing, processingBatch } from '../trace';
import { BatchCollector } from './batch-collector';
import type { Place } from './forwarded';
import type { IntakeFacts } from './intake';
import { PauseGate } from './pause-gate';
import type { BatchTarget, Route, SingleTarget } from './route';
import { Session, type Delivery, type Item } from './session';
import { Settler } from './settler';
import { bounded, verdictOf, type RetryPolicy } from './verdict';

export interface QueueConsumerOptions extends Omit<Place, 'facts'> {
  readonly connection: RabbitConnection;
  readonly publisher: Publisher;
  readonly delayed: DelayedDelivery;
  readonly routes: ReadonlyMap<string, Route>;
  readonly prefetch: number;
  readonly policy: RetryPolicy;
  readonly retentionMs: number;
  /** How long `stop` waits for handlers. */
  readonly drainMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A connection that is dead without knowing it does not answer. */
const cancelMs = 2_000;
const pauseBackoff = { baseMs: 200, maxMs: 15_000 };

/**
 * Consumes one queue: reads each delivery, calls its handler, and has the result settled. A handler that fails because
 * something is away makes the whole consumer pause, with its messages unacknowledged.
 */
export class QueueConsumer {
  readonly #channel: LiveChannel;
  readonly #gate: PauseGate;
  readonly #settler: Settler;
  readonly #collectors = new Map<BatchTarget, BatchCollector<Item>>();
  readonly #stopping = new AbortController();
  #session: Session | undefined;
  #consumerTag: string | undefined;
  #outstanding = 0;
  #drained: () => void = () => undefined;

  constructor(private readonly options: QueueConsumerOptions) {
    const { queue, logger, connection, publisher, delayed } = options;
    this.#gate = new PauseGate(pauseBackoff, (isPaused) => metrics.paused.set({ queue }, isPaused ? 1 : 0));
    this.#settler = new Settler({
      queue,
      publisher,
      delayed,
      logger,
      stopping: this.#stopping.signal,
      place: () => ({ ...options, facts: this.#facts() }),
    });
    for (const { target } of options.routes.values())
      if (target.kind === 'batch' && !this.#collectors.has(target))
        this.#collectors.set(
          target,
          new BatchCollector(target.batch, (items) => this.#takeBatch(items, target)),
        );
    this.#channel = new LiveChannel(connection, {
      name: `consume ${queue}`,
      logger,
      confirms: false,
      opened: (epoch) => this.#consume(epoch),
      lost: () => (this.#consumerTag = undefined),
    });
  }

  get queue(): string {
    return this.options.queue;
  }

  get isConsuming(): boolean {
    return this.#consumerTag !== undefined;
  }

  start(): void {
    this.#channel.start();
  }

  /** No new deliveries; handlers finish within `drainMs`; what is unsettled then goes back to the queue. */
  async stop(): Promise<void> {
    const { queue, drainMs, logger } = this.options;
    const tag = this.#consumerTag;
    this.#stopping.abort();
    this.#gate.close();
    if (tag !== undefined) await settlesWithin(cancelMs, this.#session?.epoch.channel.cancel(tag));
    for (const collector of this.#collectors.values()) this.#finished(collector.clear().length);
    if (this.#outstanding > 0)
      await settlesWithin(drainMs, new Promise<void>((resolve) => (this.#drained = resolve)));
    if (this.#outstanding > 0)
      logger.warn('handlers did not finish in time; their messages go back', {
        queue,
        messages: this.#outstanding,
      });
    this.#session?.flush();
    await this.#channel.stop();
  }

  async #consume(epoch: ChannelEpoch): Promise<void> {
    const session = new Session(epoch);
    this.#session = session;
    await epoch.channel.prefetch(this.options.prefetch);
    const { consumerTag } = await epoch.channel.consume(this.options.queue, (message) => {
      // Null: the broker has ended the consumer, because the queue was deleted or moved. Begin anew.
      if (message === null) void epoch.channel.close().catch(() => undefined);
      else if (!this.#stopping.signal.aborted) this.#take({ session, message });
    });
    this.#consumerTag = consumerTag;
  }

  #take(delivery: Delivery): void {
    this.#outstanding += 1;
    const { message, session } = delivery;
    const type = String(message.properties.type);
    const route = this.options.routes.get(type);
    if (route === undefined) return this.#refuse(delivery, 'unknown_message', `nothing here takes "${type}"`);
    const received = route.read(message, this.#facts());
    if (!received.ok) return this.#refuse(delivery, received.error.code, received.error.reason);
    const item = { session, message, received: received.value };
    if (route.target.kind === 'batch') this.#collectors.get(route.target)?.add(item);
    else void this.#takeOne(item, route.target).then(() => this.#finished(1));
  }

  #refuse(delivery: Delivery, code: string, reason: string): void {
    void this.#settler.settle(delivery, dead(code, reason)).then(() => this.#finished(1));
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

  async #takeBatch(items: Item[], target: BatchTarget): Promise<void> {
    await this.#handleBatch(items, target);
    this.#finished(items.length);
  }

  /** A batch that throws is halved until the message at fault stands alone; the others are done without it. */
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

  /** Nobody may begin with it: its channel has ended, or the consumer is stopping. */
  #isGone({ session }: Delivery): boolean {
    return !session.epoch.live || this.#stopping.signal.aborted;
  }

  #facts(): IntakeFacts {
    const { clock, connection, retentionMs } = this.options;
    return { now: clock.now(), ownUser: connection.user, retentionMs };
  }

  /** Within the message's trace; where nothing else is logged, this line still tells that it came by. */
  #handled({ received: { id, type } }: Item): void {
    this.options.logger.debug('message handled', { queue: this.options.queue, type, message_id: id });
  }

  #note(error: unknown, handler: string, messageId: string, kind: string): void {
    const { logger, queue } = this.options;
    if (kind === 'pause') logger.warn('consumer pauses', { queue, handler, error });
    if (kind === 'retry') logger.warn('handler failed', { queue, handler, messageId, error });
  }

  #finished(count: number): void {
    this.#outstanding -= count;
    if (this.#outstanding === 0) this.#drained();
  }
}

import type { DeadLetterQueue } from '@ymera/contracts';
import { type Logger, settlesWithin } from '@ymera/kernel';
import { LiveChannel, type ChannelEpoch } from '../connection/live-channel';
import type { RabbitConnection } from '../connection/rabbit-connection';
import { PauseGate } from '../consuming/pause-gate';
import { Session, type Delivery } from '../consuming/session';
import { metrics } from '../metrics';
import { readDeadLetter, type ReceivedDeadLetter } from './dead-letter';

/** Stores it durably, once however often it is delivered. Rejects when it cannot; then it is tried again, for ever. */
export type HandleDeadLetter = (letter: ReceivedDeadLetter) => Promise<void>;

interface Options {
  readonly queue: DeadLetterQueue;
  readonly connection: RabbitConnection;
  readonly take: HandleDeadLetter;
  readonly logger: Logger;
}

/** Few: bodies may be large, and nobody waits for these. */
const prefetch = 8;
const cancelMs = 2_000;
const drainMs = 5_000;
const backoff = { baseMs: 200, maxMs: 15_000 };

/**
 * Empties one dead-letter queue into a store. There is nowhere further for these messages to go, so unlike other consumers
 * it never gives one up: what cannot be stored now stays unacknowledged, and in the end in the queue.
 */
export class DeadLetterConsumer {
  readonly #channel: LiveChannel;
  readonly #gate: PauseGate;
  readonly #stopping = new AbortController();
  #session: Session | undefined;
  #consumerTag: string | undefined;
  readonly #working = new Set<Promise<void>>();

  constructor(private readonly options: Options) {
    const { queue, connection, logger } = options;
    this.#gate = new PauseGate(backoff, (isPaused) =>
      metrics.paused.set({ queue: queue.name }, isPaused ? 1 : 0),
    );
    this.#channel = new LiveChannel(connection, {
      name: `consume ${queue.name}`,
      logger,
      confirms: false,
      opened: (epoch) => this.#consume(epoch),
      lost: () => (this.#consumerTag = undefined),
    });
  }

  get queue(): string {
    return this.options.queue.name;
  }

  get isConsuming(): boolean {
    return this.#consumerTag !== undefined;
  }

  start(): void {
    this.#channel.start();
  }

  /** What is not stored by then goes back to the queue. */
  async stop(): Promise<void> {
    const tag = this.#consumerTag;
    this.#stopping.abort();
    this.#gate.close();
    if (tag !== undefined) await settlesWithin(cancelMs, this.#session?.epoch.channel.cancel(tag));
    await settlesWithin(drainMs, Promise.all(this.#working));
    this.#session?.flush();
    await this.#channel.stop();
  }

  async #consume(epoch: ChannelEpoch): Promise<void> {
    const session = new Session(epoch);
    this.#session = session;
    await epoch.channel.prefetch(prefetch);
    const { consumerTag } = await epoch.channel.consume(this.queue, (message) => {
      if (message === null) void epoch.channel.close().catch(() => undefined);
      else if (!this.#stopping.signal.aborted) {
        const work = this.#take({ session, message }).finally(() => this.#working.delete(work));
        this.#working.add(work);
      }
    });
    this.#consumerTag = consumerTag;
  }

  async #take({ session, message }: Delivery): Promise<void> {
    const { queue, connection, take, logger } = this.options;
    const letter = readDeadLetter(message, queue, connection.user);
    for (;;) {
      await this.#gate.whenOpen();
      if (!session.epoch.live || this.#stopping.signal.aborted) return;
      try {
        await take(letter);
        this.#gate.succeeded();
        // After its commit, never before.
        session.acknowledge(message);
        return;
      } catch (error) {
        logger.warn('a dead letter could not be stored; it waits', { queue: queue.name, error });
        await this.#gate.pause();
      }
    }
  }
}

import type { ReconnectingConnection } from '@ymera/amqp';
import type { DeadLetterQueue, ServiceIdentity } from '@ymera/contracts';
import { backoffMs, FailureException, sleep, type Logger } from '@ymera/kernel';
import { ChannelConsumer } from '../consuming/channel-consumer';
import { PauseGate } from '../consuming/pause-gate';
import { isPoison } from '../consuming/poison';
import type { Delivery } from '../consuming/session';
import { metrics } from '../metrics';
import { readDeadLetter, storableVersions, type ReceivedDeadLetter } from './dead-letter';

/**
 * Stores it durably, once however often it is delivered. Rejects when it cannot. What is away is waited for without a bound;
 * a letter that is refused as such, by a `validation` failure or by anything unexplained several times, comes again with
 * less of the message in it.
 */
export type HandleDeadLetter = (letter: ReceivedDeadLetter) => Promise<void>;

interface Options {
  readonly queue: DeadLetterQueue;
  readonly own: ServiceIdentity;
  readonly connection: ReconnectingConnection;
  readonly take: HandleDeadLetter;
  readonly logger: Logger;
}

/** Few: bodies may be large, and these messages are not urgent. */
const prefetch = 8;
const drainMs = 5_000;
const backoff = { baseMs: 200, maxMs: 15_000 };

/**
 * Empties one dead-letter queue into a store. There is nowhere further for these messages to go: the queue has no
 * dead-letter exchange, and a rejection would drop them. So it gives none up. What the store refuses because of what it
 * is, is stored with less of it, down to size and digest; everything else waits unacknowledged, in the end in the queue.
 */
export class DeadLetterConsumer {
  readonly #consumer: ChannelConsumer;
  readonly #gate: PauseGate;

  constructor(private readonly options: Options) {
    const { queue, connection, logger } = options;
    this.#consumer = new ChannelConsumer({
      queue: queue.name,
      connection,
      prefetch,
      drainMs,
      logger,
      handle: (delivery) => this.#record(delivery),
    });
    this.#gate = new PauseGate(backoff, this.#consumer.stopping, (isPaused) =>
      metrics.paused.set({ queue: queue.name }, isPaused ? 1 : 0),
    );
  }

  get queue(): string {
    return this.options.queue.name;
  }

  get isConsuming(): boolean {
    return this.#consumer.isConsuming;
  }

  start(): void {
    this.#consumer.start();
  }

  /** What is not stored by then goes back to the queue. */
  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  async #record({ session, message }: Delivery): Promise<void> {
    const { queue, own, take, logger } = this.options;
    const { stopping } = this.#consumer;
    let [letter, ...lesser] = storableVersions(readDeadLetter(message, queue, own));
    let isAltered = false;
    let failures = 0;
    for (;;) {
      await this.#gate.whenOpen();
      if (!session.epoch.live || stopping.aborted) return;
      try {
        await take(letter);
        this.#gate.succeeded();
        if (isAltered) metrics.poison.inc({ queue: queue.name, outcome: 'altered' });
        // After its commit, never before.
        session.acknowledge(message);
        return;
      } catch (error) {
        failures += 1;
        const [next, ...rest] = lesser;
        if (next !== undefined && isPoison(error, failures)) {
          logger.error('dead letter refused; it is stored with less of the message', {
            queue: queue.name,
            bytes: message.content.length,
            reason: next.reason,
            error,
          });
          [letter, lesser, isAltered, failures] = [next, rest, true, 0];
          continue;
        }
        logger.warn('a dead letter could not be stored; it waits', { queue: queue.name, error });
        // What is away is away for all of them; what is unexplained concerns this one alone.
        if (error instanceof FailureException || next === undefined) await this.#gate.pause();
        else await sleep(backoffMs(failures, backoff, 'half'), stopping);
      }
    }
  }
}

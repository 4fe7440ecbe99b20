import {
  backoffMs,
  failure,
  FailureException,
  settlesWithin,
  sleep,
  type BackoffPolicy,
  type Logger,
} from '@ymera/kernel';
import type { ChannelModel } from 'amqplib';
import { EventEmitter } from 'node:events';
import type { AmqpAddress } from './amqp-address';
import { openConnection, reasonOf, type OpenOptions } from './open-connection';

export interface ReconnectingConnectionOptions extends OpenOptions {
  readonly name: string;
  readonly address: AmqpAddress;
  readonly logger: Logger;
  /** Between attempts, with full jitter; default 200 ms to 10 s. */
  readonly backoff?: BackoffPolicy;
  /** Called for each lost connection and failed attempt. */
  lost?(error: unknown): void;
  /** After each of them: the least time before the next attempt, in milliseconds. Default 0. */
  minDelayMs?(error: unknown): Promise<number>;
}

interface ConnectionEvents {
  blocked: [];
  unblocked: [];
}

/** A connection that lasted this long was a good one: the next loss starts with a short delay again. */
const stableMs = 5_000;
const closeMs = 2_000;

/**
 * One connection to one virtual host that comes back by itself. It opens when first asked for, and everything above it
 * lives on channels of the model that is current (`ReconnectingChannel`).
 */
export class ReconnectingConnection extends EventEmitter<ConnectionEvents> {
  #model: ChannelModel | undefined;
  #running: Promise<void> | undefined;
  #blockedReason: string | undefined;
  #lastProblem = 'not connected yet';
  /** Ends the life of the current model. */
  #lose: () => void = () => undefined;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<(model: ChannelModel | undefined) => void>();

  constructor(private readonly options: ReconnectingConnectionOptions) {
    super();
    this.setMaxListeners(0);
  }

  /** The name that the broker knows us by; it refuses any other `user-id`. */
  get user(): string {
    return this.options.address.username ?? 'guest';
  }

  get isBlocked(): boolean {
    return this.#blockedReason !== undefined;
  }

  /** A sentence about the problem, if there is one; an unused connection is healthy. */
  get problem(): string | undefined {
    if (this.#running === undefined || this.#closing.signal.aborted) return undefined;
    if (this.#model === undefined) return `${this.options.name}: ${this.#lastProblem}`;
    if (this.isBlocked) return `${this.options.name}: blocked by the broker (${this.#blockedReason})`;
    return undefined;
  }

  /** The open connection, as soon as there is one. Rejects only when this is closed for good. */
  async open(): Promise<ChannelModel> {
    this.#running ??= this.#run();
    if (this.#model) return this.#model;
    if (!this.#closing.signal.aborted) {
      const model = await new Promise<ChannelModel | undefined>((resolve) => this.#waiting.add(resolve));
      if (model) return model;
    }
    throw new FailureException(failure('unavailable', 'broker_closed', 'Messaging has been closed.'));
  }

  /** Ends a model that turned out to be dead without notice. */
  discard(model: ChannelModel): void {
    if (this.#model === model) this.#lose();
    model.close().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#answer(undefined);
    await settlesWithin(closeMs, this.#model?.close());
    this.#lose();
    await settlesWithin(closeMs, this.#running);
  }

  async #run(): Promise<void> {
    const { address, name, logger, backoff = { baseMs: 200, maxMs: 10_000 } } = this.options;
    const { signal } = this.#closing;
    let failures = 0;
    while (!signal.aborted) {
      const started = performance.now();
      let cause: unknown;
      try {
        const model = await openConnection(address, this.options);
        if (failures > 0) logger.info('broker connected', { connection: name });
        cause = await this.#served(model);
        if (performance.now() - started > stableMs) failures = 0;
      } catch (error) {
        cause = error;
      }
      if (signal.aborted) return;
      failures += 1;
      if (cause !== undefined) this.#lastProblem = reasonOf(cause);
      this.options.lost?.(cause);
      const minDelayMs = (await this.options.minDelayMs?.(cause)) ?? 0;
      const delayMs = Math.max(minDelayMs, backoffMs(failures, backoff, 'full'));
      logger.warn('broker connection lost', {
        connection: name,
        reason: this.#lastProblem,
        failures,
        delayMs,
      });
      await sleep(delayMs, signal);
    }
  }

  /** Resolves when the connection has ended, with the error that ended it, if there was one. */
  async #served(model: ChannelModel): Promise<Error | undefined> {
    let cause: Error | undefined;
    const ended = new Promise<void>((resolve) => (this.#lose = resolve));
    model.on('error', (error) => (cause = error));
    model.on('close', (error?: Error) => {
      cause = error ?? cause;
      this.#lose();
    });
    model.on('blocked', (reason) => {
      this.#blockedReason = reason;
      this.options.logger.warn('broker blocks publishing', { connection: this.options.name, reason });
      this.emit('blocked');
    });
    model.on('unblocked', () => this.#unblock());
    if (this.#closing.signal.aborted) await model.close().catch(() => undefined);
    this.#model = model;
    this.#answer(model);
    await ended;
    this.#model = undefined;
    this.#unblock();
    return cause;
  }

  #unblock(): void {
    if (!this.isBlocked) return;
    this.#blockedReason = undefined;
    this.emit('unblocked');
  }

  #answer(model: ChannelModel | undefined): void {
    for (const resolve of this.#waiting) resolve(model);
    this.#waiting.clear();
  }
}

import { failure, FailureException, sleep, type Logger, settlesWithin } from '@ymera/kernel';
import { connect, type ChannelModel, type Options } from 'amqplib';
import { EventEmitter } from 'node:events';
import { metrics } from '../metrics';
import { fullJitter, type Backoff } from './backoff';
import { coalesceWrites } from './coalesce-writes';

export interface ConnectionOptions {
  /** Shown by the broker's management, e.g. `registry consume /agents`. */
  readonly name: string;
  readonly address: Options.Connect;
  readonly logger: Logger;
  readonly heartbeatSeconds?: number;
  readonly connectTimeoutMs?: number;
  readonly backoff?: Backoff;
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
 * lives on channels of the model that is current (`LiveChannel`).
 */
export class RabbitConnection extends EventEmitter<ConnectionEvents> {
  #model: ChannelModel | undefined;
  #running: Promise<void> | undefined;
  #blockedReason: string | undefined;
  #lastProblem = 'not connected yet';
  /** Ends the life of the current model. */
  #lose: () => void = () => undefined;
  readonly #closing = new AbortController();
  readonly #waiting = new Set<(model: ChannelModel | undefined) => void>();

  constructor(private readonly options: ConnectionOptions) {
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

  /** A sentence about what is wrong, if anything is; a connection that nobody uses is well. */
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

  /** For a model that turned out to be dead although nobody said so. */
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
    const { name, logger, backoff = { baseMs: 200, maxMs: 10_000 } } = this.options;
    let attempt = 0;
    while (!this.#closing.signal.aborted) {
      const started = performance.now();
      try {
        const model = await this.#connect();
        if (attempt > 0) logger.info('broker connected', { connection: name });
        await this.#served(model);
        if (this.#closing.signal.aborted) return;
        if (performance.now() - started > stableMs) attempt = 0;
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#lastProblem = error instanceof Error ? error.message : String(error);
      }
      metrics.reconnects.inc({ connection: name });
      const delayMs = fullJitter(attempt, backoff);
      logger.warn('broker connection lost', {
        connection: name,
        reason: this.#lastProblem,
        attempt,
        delayMs,
      });
      attempt += 1;
      await sleep(delayMs, this.#closing.signal);
    }
  }

  async #connect(): Promise<ChannelModel> {
    const { address, name, heartbeatSeconds = 10, connectTimeoutMs = 10_000 } = this.options;
    return connect(
      { ...address, heartbeat: heartbeatSeconds },
      {
        timeout: connectTimeoutMs,
        noDelay: true,
        keepAlive: true,
        clientProperties: { connection_name: name },
      },
    );
  }

  /** Resolves when the connection has ended. */
  async #served(model: ChannelModel): Promise<void> {
    const ended = new Promise<void>((resolve) => (this.#lose = resolve));
    coalesceWrites(model);
    model.on('error', (error) => (this.#lastProblem = error.message));
    model.on('close', (error?: Error) => {
      if (error) this.#lastProblem = error.message;
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

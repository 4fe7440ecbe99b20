import { backoffMs, sleep, type Logger, settlesWithin } from '@ymera/kernel';
import { IllegalOperationError, type Channel, type ChannelModel } from 'amqplib';
import { reasonOf } from './open-connection';

/** What channels need of a connection; `ReconnectingConnection` in production. */
export interface ChannelSource {
  open(): Promise<ChannelModel>;
  /** Ends a model that turned out to be dead without notice. */
  discard(model: ChannelModel): void;
}

/**
 * One life of a channel. Delivery tags count from 1 on each channel, so a tag used after its channel's end would settle
 * another message: everything that holds a tag holds its epoch, and checks `live` first.
 */
export class ChannelEpoch {
  #live = true;

  constructor(
    readonly channel: Channel,
    private readonly finish: () => void,
  ) {}

  get live(): boolean {
    return this.#live;
  }

  /** Also called when the channel is found dead before its close event arrives. */
  end(): void {
    if (!this.#live) return;
    this.#live = false;
    this.finish();
  }
}

export interface ReconnectingChannelOptions {
  readonly name: string;
  readonly logger: Logger;
  readonly confirms: boolean;
  /** Prefetch, consumers, listeners; the epoch becomes current when this resolves. */
  opened?(epoch: ChannelEpoch): Promise<void>;
  /** The epoch is current. */
  ready?(epoch: ChannelEpoch): void;
  /** Called for each epoch that was opened, with what the broker or amqplib said last. */
  lost?(epoch: ChannelEpoch, error: unknown): void;
  /** After each loss and each failure to open: the least time before the next attempt, in milliseconds. Default 0. */
  minDelayMs?(error: unknown): Promise<number>;
}

const backoff = { baseMs: 50, maxMs: 5_000 };
const stableMs = 5_000;
const closeMs = 2_000;

/** Keeps one channel open on a connection, over and over, until it is stopped. */
export class ReconnectingChannel {
  #current: ChannelEpoch | undefined;
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(
    private readonly connection: ChannelSource,
    private readonly options: ReconnectingChannelOptions,
  ) {}

  get current(): ChannelEpoch | undefined {
    return this.#current;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Closes the channel; unsettled deliveries go back to the broker. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    const epoch = this.#current;
    if (epoch) {
      await settlesWithin(closeMs, epoch.channel.close());
      epoch.end();
      await this.#running;
    }
  }

  async #run(): Promise<void> {
    const { logger, name } = this.options;
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      const started = performance.now();
      let cause: unknown;
      try {
        const model = await this.connection.open();
        if (signal.aborted) return;
        cause = await this.#served(model);
        if (performance.now() - started > stableMs) failures = 0;
      } catch (error) {
        cause = error;
      }
      if (signal.aborted) return;
      failures += 1;
      const reason = cause === undefined ? 'closed' : reasonOf(cause);
      logger.warn('channel lost', { channel: name, reason, failures });
      const minDelayMs = (await this.options.minDelayMs?.(cause)) ?? 0;
      await sleep(Math.max(minDelayMs, backoffMs(failures, backoff, 'full')), signal);
    }
  }

  /** Resolves with the error that ended it, if there was one. */
  async #served(model: ChannelModel): Promise<Error | undefined> {
    const channel = await this.#create(model);
    let cause: Error | undefined;
    let finish = (): void => undefined;
    const ended = new Promise<void>((resolve) => (finish = resolve));
    const epoch = new ChannelEpoch(channel, finish);
    channel.on('error', (error) => (cause = error));
    channel.on('close', () => epoch.end());
    try {
      await this.options.opened?.(epoch);
      if (epoch.live && !this.#stopping.signal.aborted) {
        this.#current = epoch;
        this.options.ready?.(epoch);
      } else channel.close().catch(() => undefined);
    } catch (error) {
      this.#current = undefined;
      epoch.end();
      channel.close().catch(() => undefined);
      this.options.lost?.(epoch, error);
      throw error;
    }
    await ended;
    this.#current = undefined;
    this.options.lost?.(epoch, cause);
    return cause;
  }

  async #create(model: ChannelModel): Promise<Channel> {
    try {
      return await (this.options.confirms ? model.createConfirmChannel() : model.createChannel());
    } catch (error) {
      // The connection ended between two events, and its close will not be announced again.
      if (error instanceof IllegalOperationError) this.connection.discard(model);
      throw error;
    }
  }
}

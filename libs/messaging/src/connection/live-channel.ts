import { sleep, type Logger, settlesWithin } from '@ymera/kernel';
import { IllegalOperationError, type Channel, type ChannelModel } from 'amqplib';
import { fullJitter } from './backoff';

/** What channels need of a connection; `RabbitConnection` in production. */
export interface ChannelSource {
  open(): Promise<ChannelModel>;
  /** For a model that turned out to be dead although nobody said so. */
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

  /** Also called by whoever finds the channel dead before its close event arrives. */
  end(): void {
    if (!this.#live) return;
    this.#live = false;
    this.finish();
  }
}

export interface LiveChannelOptions {
  readonly name: string;
  readonly logger: Logger;
  readonly confirms: boolean;
  /** Prefetch, consumers, listeners; the epoch becomes current when this resolves. */
  opened(epoch: ChannelEpoch): Promise<void>;
  lost(epoch: ChannelEpoch): void;
}

const backoff = { baseMs: 50, maxMs: 5_000 };
const stableMs = 5_000;
const closeMs = 2_000;

/** Keeps one channel open on a connection, over and over, until it is stopped. */
export class LiveChannel {
  #current: ChannelEpoch | undefined;
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  constructor(
    private readonly connection: ChannelSource,
    private readonly options: LiveChannelOptions,
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
    let attempt = 0;
    while (!signal.aborted) {
      const started = performance.now();
      let reason = 'closed';
      try {
        const model = await this.connection.open();
        if (signal.aborted) return;
        reason = await this.#served(model);
        if (performance.now() - started > stableMs) attempt = 0;
      } catch (error) {
        reason = error instanceof Error ? error.message : String(error);
      }
      if (signal.aborted) return;
      logger.warn('channel lost', { channel: name, reason, attempt });
      await sleep(fullJitter(attempt, backoff), signal);
      attempt += 1;
    }
  }

  /** Resolves with the reason of its end. */
  async #served(model: ChannelModel): Promise<string> {
    const channel = await this.#create(model);
    let reason = 'closed';
    let finish = (): void => undefined;
    const ended = new Promise<void>((resolve) => (finish = resolve));
    const epoch = new ChannelEpoch(channel, finish);
    channel.on('error', (error) => (reason = error.message));
    channel.on('close', () => epoch.end());
    try {
      await this.options.opened(epoch);
    } catch (error) {
      epoch.end();
      channel.close().catch(() => undefined);
      this.options.lost(epoch);
      throw error;
    }
    if (epoch.live && !this.#stopping.signal.aborted) this.#current = epoch;
    else channel.close().catch(() => undefined);
    await ended;
    this.#current = undefined;
    this.options.lost(epoch);
    return reason;
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

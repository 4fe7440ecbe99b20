import { ReconnectingChannel, type ChannelEpoch, type ChannelSource } from '@ymera/amqp';
import type { OpenSpan } from '@ymera/observability';
import { exchanges, type MessageHeaders, type OutgoingMessage } from '@ymera/contracts';
import { sleep, type Failure, type Logger } from '@ymera/kernel';
import { IllegalOperationError, type Message, type Options } from 'amqplib';
import { maxBodyBytes } from '../limits';
import { metrics } from '../metrics';
import { endSpan, outbound } from '../trace';
import { ConfirmWindow, type Pending } from './confirm-window';
import { publishFailures } from './publish-failures';

export interface PublisherOptions {
  /** Label of metrics and logs. */
  readonly vhost: string;
  readonly service: string;
  readonly logger: Logger;
  /** Messages between publish and confirm; default 1024. */
  readonly window?: number;
  /** Bytes between publish and confirm; default 16 MiB. */
  readonly windowBytes?: number;
  /** Messages that wait for room in the window; further ones are refused as `publisher_saturated`. Default 10 000. */
  readonly maxWaiting?: number;
  /** From the call until it is sent, and from then to the confirm; default 10 s. */
  readonly timeoutMs?: number;
}

/** What a publisher needs of its connection; `ReconnectingConnection` in production. */
export interface PublishingConnection extends ChannelSource {
  readonly user: string;
  /** The broker has blocked publishing. */
  readonly isBlocked: boolean;
  on(event: 'unblocked', listener: () => void): unknown;
}

/** Receives the outcome of a message: one object for a whole batch, so that a message costs no closure. */
export interface Sink {
  settled(index: number, problem: Failure | undefined): void;
}

interface Sending extends Pending {
  readonly message: OutgoingMessage;
  readonly sink: Sink;
  readonly index: number;
  readonly offeredAt: number;
  /** Undefined while it waits. */
  sentAt: number | undefined;
  readonly headers: MessageHeaders;
  readonly span: OpenSpan | undefined;
}

const outcomes = ['confirmed', 'unroutable', 'refused', 'lost', 'unsent'] as const;
type Outcome = (typeof outcomes)[number];

const expireIntervalMs = 250;
const closeMs = 5_000;

/**
 * Publishes to one virtual host with confirms. At most `window` messages are unconfirmed; the others wait, in order. A
 * message is written at most once: the owner of its stored copy decides about a retry.
 */
export class ChannelPublisher {
  readonly #channel: ReconnectingChannel;
  readonly #window: ConfirmWindow<Sending>;
  readonly #maxWaiting: number;
  readonly #timeoutMs: number;
  readonly #counters = new Map<Outcome, { inc(): void }>();
  #waiting: Sending[] = [];
  /** Index of the first of `#waiting` that is still there. */
  #head = 0;
  #poll: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly connection: PublishingConnection,
    private readonly options: PublisherOptions,
  ) {
    this.#window = new ConfirmWindow(options.window ?? 1024, options.windowBytes ?? 16 * 1024 * 1024);
    this.#maxWaiting = options.maxWaiting ?? 10_000;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#channel = new ReconnectingChannel(connection, {
      name: `publish ${options.vhost}`,
      logger: options.logger,
      confirms: true,
      opened: async (epoch) => this.#opened(epoch),
      ready: () => this.#pump(),
      lost: () => this.#lost(),
    });
    for (const outcome of outcomes)
      this.#counters.set(outcome, metrics.published.labels({ vhost: options.vhost, outcome }));
    connection.on('unblocked', () => this.#pump());
  }

  /** Accepts no more messages, waits (with a timeout) for confirms, closes the channel. */
  async close(): Promise<void> {
    this.#closed = true;
    const deadline = performance.now() + closeMs;
    while (this.#pendingCount > 0 && this.#channel.current && performance.now() < deadline) await sleep(5);
    await this.#channel.stop();
    this.#failWaiting(() => true, publishFailures.closed);
    this.#lost();
    clearInterval(this.#poll);
  }

  get #waitingCount(): number {
    return this.#waiting.length - this.#head;
  }

  get #pendingCount(): number {
    return this.#waitingCount + this.#window.size;
  }

  /** Never throws; `sink` gets the outcome exactly once. */
  offer(message: OutgoingMessage, index: number, sink: Sink): void {
    const bytes = message.body.length;
    const refusal = this.#closed
      ? publishFailures.closed
      : bytes > maxBodyBytes
        ? publishFailures.tooLarge(bytes)
        : undefined;
    if (refusal) return sink.settled(index, refusal);
    this.#channel.start();
    const { messageId, exchange, routingKey } = message;
    // Here, where the caller's trace is still the current one.
    const { headers, span } = outbound(message);
    const sending: Sending = {
      messageId,
      exchange,
      routingKey,
      bytes,
      returned: undefined,
      message,
      sink,
      index,
      offeredAt: performance.now(),
      sentAt: undefined,
      headers,
      span,
    };
    this.#poll ??= setInterval(() => this.#expire(), expireIntervalMs).unref();
    if (this.#waitingCount === 0 && this.#send(sending)) return;
    if (this.#waitingCount >= this.#maxWaiting) this.#finish(sending, 'unsent', publishFailures.saturated);
    else this.#waiting.push(sending);
  }

  /** False when it has to wait. */
  #send(sending: Sending): boolean {
    const epoch = this.#channel.current;
    if (!epoch?.live || this.connection.isBlocked || !this.#window.hasRoom(sending.bytes)) return false;
    const { exchange, routingKey, message } = sending;
    try {
      epoch.channel.publish(exchange, routingKey, message.body, this.#properties(sending));
    } catch (error) {
      if (error instanceof IllegalOperationError) {
        epoch.end();
        return false;
      }
      const reason = error instanceof Error ? error.message : 'unknown';
      this.#finish(sending, 'unsent', publishFailures.malformed(reason));
      return true;
    }
    sending.sentAt = performance.now();
    this.#window.add(sending);
    return true;
  }

  #properties({ message, exchange, headers }: Sending): Options.Publish {
    return {
      persistent: true,
      mandatory: true,
      contentType: exchange === exchanges.events ? 'application/cloudevents+json' : 'application/json',
      messageId: message.messageId,
      type: message.type,
      userId: this.connection.user,
      appId: this.options.service,
      headers,
    };
  }

  /** Sends waiting messages, as far as there is room. */
  #pump(): void {
    while (this.#head < this.#waiting.length) {
      const next = this.#waiting[this.#head];
      if (next === undefined || !this.#send(next)) break;
      this.#head += 1;
    }
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    } else if (this.#head > 4096) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }

  async #opened(epoch: ChannelEpoch): Promise<void> {
    const { channel } = epoch;
    channel.on('ack', ({ deliveryTag, multiple }) => {
      if (!epoch.live) return;
      this.#window.settle(deliveryTag, multiple, this.#confirmed);
      this.#pump();
    });
    channel.on('nack', ({ deliveryTag, multiple }) => {
      if (!epoch.live) return;
      this.#window.settle(deliveryTag, multiple, this.#refused);
      this.#pump();
    });
    channel.on('return', (message: Message) => {
      const { exchange, routingKey } = message.fields;
      const replyText = 'replyText' in message.fields ? String(message.fields.replyText) : 'returned';
      if (epoch.live)
        this.#window.markReturned(
          { messageId: String(message.properties.messageId), exchange, routingKey },
          replyText,
        );
    });
    return Promise.resolve();
  }

  #lost(): void {
    this.#window.drain((sending) => this.#finish(sending, 'lost', publishFailures.lost));
  }

  readonly #confirmed = (sending: Sending): void => {
    if (sending.returned === undefined) this.#finish(sending, 'confirmed', undefined);
    else this.#finish(sending, 'unroutable', publishFailures.unroutable(sending, sending.returned));
  };

  readonly #refused = (sending: Sending): void => this.#finish(sending, 'refused', publishFailures.refused);

  #finish(sending: Sending, outcome: Outcome, problem: Failure | undefined): void {
    this.#counters.get(outcome)?.inc();
    if (sending.span) endSpan(sending.span, problem?.code);
    sending.sink.settled(sending.index, problem);
  }

  /** Times out overdue messages; runs only while there are any. */
  #expire(): void {
    metrics.inFlight.set({ vhost: this.options.vhost }, this.#window.size);
    if (this.#pendingCount === 0) {
      clearInterval(this.#poll);
      this.#poll = undefined;
      return;
    }
    const due = performance.now() - this.#timeoutMs;
    this.#failWaiting(({ offeredAt }) => offeredAt <= due, publishFailures.unavailable);
    const sentAt = this.#window.oldest()?.sentAt;
    if (sentAt !== undefined && sentAt <= due) {
      // A channel that does not confirm is useless: end it, so that no message waits for its window. How long a message
      // waited before it was sent says nothing about a channel that was opened for it.
      const epoch = this.#channel.current;
      epoch?.channel.close().catch(() => undefined);
      epoch?.end();
    }
    this.#pump();
  }

  #failWaiting(matches: (sending: Sending) => boolean, problem: Failure): void {
    let first = this.#waiting[this.#head];
    while (first !== undefined && matches(first)) {
      this.#head += 1;
      this.#finish(first, 'unsent', problem);
      first = this.#waiting[this.#head];
    }
  }
}

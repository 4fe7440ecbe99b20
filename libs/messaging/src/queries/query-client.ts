import { ReconnectingChannel, type ChannelEpoch, type ReconnectingConnection } from '@ymera/amqp';
import { exchanges, type PayloadOf, type QueryContract, type ReplyOf } from '@ymera/contracts';
import { err, failure, uuidv7, type Failure, type Logger, type Result } from '@ymera/kernel';
import { injectTrace, withSpan } from '@ymera/observability';
import type { ConsumeMessage, Message } from 'amqplib';
import type { z } from 'zod';
import { metrics } from '../metrics';
import { messageAttributes, messageSpanName } from '../trace-conventions';
import { decodeReply, replyAddress } from './wire';

export interface AskOptions {
  /** From the call to the answer; default 5 s. */
  readonly timeoutMs?: number;
}

type Answer = (body: Result<Buffer>) => void;

const defaultTimeoutMs = 5_000;
/** Queries without an answer yet; further ones are refused. */
const maxPending = 2_000;

const failures = {
  noService: failure(
    'unavailable',
    'service_unavailable',
    'The service that answers this query is not running. Retry later.',
  ),
  disconnected: failure('unavailable', 'broker_unavailable', 'The broker cannot be reached at the moment.'),
  lost: failure('unavailable', 'answer_lost', 'The connection was lost before the answer came.'),
  timeout: failure('timeout', 'query_timeout', 'The service did not answer in time.'),
  busy: failure(
    'rate_limited',
    'too_many_queries',
    'Too many queries are waiting for an answer. Retry later.',
  ),
  closed: failure('unavailable', 'broker_closed', 'Messaging has been closed.'),
} as const;

/**
 * Queries other services. Query and answer are transient, over direct reply-to: the same channel publishes the one and
 * consumes the other. A caller without an answer may repeat the query; queries that change state carry an idempotency
 * key.
 */
export class QueryClient {
  readonly #channel: ReconnectingChannel;
  readonly #pending = new Map<string, Answer>();
  readonly #whenOpen = new Set<() => void>();
  #isClosed = false;

  constructor(
    private readonly connection: ReconnectingConnection,
    logger: Logger,
  ) {
    this.#channel = new ReconnectingChannel(connection, {
      name: 'queries',
      logger,
      confirms: false,
      opened: (epoch) => this.#opened(epoch),
      ready: () => {
        for (const done of this.#whenOpen) done();
      },
      lost: () => this.#failAll(failures.lost),
    });
  }

  /** Failures to query (`unavailable`, `timeout`) are values, like those of the answer. */
  async ask<P extends z.ZodType, R extends z.ZodType>(
    contract: QueryContract<P, R>,
    payload: z.input<P>,
    { timeoutMs = defaultTimeoutMs }: AskOptions = {},
  ): Promise<Result<ReplyOf<QueryContract<P, R>>>> {
    const parsed = contract.payload.safeParse(payload);
    if (!parsed.success)
      return err(failure('validation', 'payload_invalid', `The payload of ${contract.key} is invalid.`));
    const stop = metrics.asked.startTimer({ query: contract.key });
    const id = uuidv7();
    const place = {
      exchange: exchanges.queries,
      routingKey: contract.key,
      type: contract.key,
      messageId: id,
    };
    const body = await withSpan(
      messageSpanName('ask', place),
      { kind: 'client', attributes: messageAttributes('ask', place) },
      () => this.#exchange(contract, { id, payload: parsed.data }, timeoutMs),
    );
    const reply = body.ok ? decodeReply(contract.reply, body.value) : body;
    stop({ outcome: reply.ok ? 'ok' : reply.error.kind });
    return reply;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#channel.stop();
    this.#failAll(failures.closed);
  }

  async #exchange(
    contract: QueryContract,
    { id, payload }: { readonly id: string; readonly payload: PayloadOf<QueryContract> },
    timeoutMs: number,
  ): Promise<Result<Buffer>> {
    const deadline = performance.now() + timeoutMs;
    if (this.#isClosed) return err(failures.closed);
    if (this.#pending.size + this.#whenOpen.size >= maxPending) return err(failures.busy);
    const epoch = this.#channel.current ?? (await this.#open(timeoutMs));
    if (!epoch?.live || this.connection.isBlocked) return err(failures.disconnected);
    const body = Buffer.from(JSON.stringify(payload));
    const leftMs = Math.max(1, Math.ceil(deadline - performance.now()));
    return new Promise((resolve) => {
      const timer = setTimeout(() => answer(err(failures.timeout)), leftMs);
      const answer: Answer = (body) => {
        clearTimeout(timer);
        this.#pending.delete(id);
        resolve(body);
      };
      this.#pending.set(id, answer);
      try {
        epoch.channel.publish(exchanges.queries, contract.key, body, {
          persistent: false,
          mandatory: true,
          messageId: id,
          correlationId: id,
          replyTo: replyAddress,
          type: contract.key,
          contentType: 'application/json',
          userId: this.connection.user,
          // The caller has given up by then; the service should not work for it.
          expiration: leftMs,
          headers: injectTrace({}),
        });
      } catch {
        epoch.end();
        answer(err(failures.disconnected));
      }
    });
  }

  async #open(timeoutMs: number): Promise<ChannelEpoch | undefined> {
    this.#channel.start();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#whenOpen.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#whenOpen.add(done);
    });
    return this.#channel.current;
  }

  async #opened({ channel }: ChannelEpoch): Promise<void> {
    channel.on('return', (message: Message) => {
      this.#pending.get(String(message.properties.messageId))?.(err(failures.noService));
    });
    await channel.consume(
      replyAddress,
      (message: ConsumeMessage | null) => {
        if (message === null) void channel.close().catch(() => undefined);
        else
          this.#pending.get(String(message.properties.correlationId))?.({ ok: true, value: message.content });
      },
      { noAck: true },
    );
  }

  #failAll(problem: Failure): void {
    for (const answer of this.#pending.values()) answer(err(problem));
    if (this.#isClosed) for (const done of this.#whenOpen) done();
  }
}

import { ReconnectingChannel, type ReconnectingConnection } from '@ymera/amqp';
import { queryQueue, serviceOfUser, type QueryContract, type ServiceName } from '@ymera/contracts';
import {
  err,
  failure,
  failureOf,
  FailureException,
  type Failure,
  type Logger,
  type Result,
} from '@ymera/kernel';
import { extractTrace, withSpan } from '@ymera/observability';
import { IllegalOperationError, type ConsumeMessage } from 'amqplib';
import { boundedText, shortText } from '../consuming/bounded-text';
import { ChannelConsumer } from '../consuming/channel-consumer';
import type { Delivery } from '../consuming/session';
import { metrics } from '../metrics';
import { messageAttributes, messageSpanName } from '../trace-conventions';
import { encodeReply, isReplyAddress } from './wire';

export interface QueryRoute {
  readonly contract: QueryContract;
  handle(payload: unknown, context: { readonly id: string }): Promise<Result<unknown>>;
}

export interface QueryServerOptions {
  readonly service: ServiceName;
  readonly consuming: ReconnectingConnection;
  /** Answers leave by another connection: a blocked one must not stop the questions from being acknowledged. */
  readonly publishing: ReconnectingConnection;
  readonly routes: ReadonlyMap<string, QueryRoute>;
  readonly prefetch: number;
  readonly drainMs: number;
  readonly logger: Logger;
}

/** Answers the questions to one service. An answer that cannot be sent is dropped: its asker gives up by itself. */
export class QueryServer {
  readonly #questions: ChannelConsumer;
  readonly #answers: ReconnectingChannel;

  constructor(private readonly options: QueryServerOptions) {
    const { consuming, publishing, service, prefetch, drainMs, logger } = options;
    this.#questions = new ChannelConsumer({
      queue: queryQueue(service),
      connection: consuming,
      prefetch,
      drainMs,
      logger,
      handle: (delivery) => this.#take(delivery),
    });
    this.#answers = new ReconnectingChannel(publishing, { name: 'answers', logger, confirms: false });
  }

  get queue(): string {
    return this.#questions.queue;
  }

  get isConsuming(): boolean {
    return this.#questions.isConsuming && this.#answers.current !== undefined;
  }

  start(): void {
    this.#answers.start();
    this.#questions.start();
  }

  async stop(): Promise<void> {
    await this.#questions.stop();
    await this.#answers.stop();
  }

  #take({ session, message }: Delivery): Promise<void> {
    const type = String(message.properties.type);
    const { exchange, routingKey } = message.fields;
    const messageId = String(message.properties.messageId);
    const place = { exchange, routingKey, type, messageId, queue: this.queue };
    const { traceparent, tracestate } = (message.properties.headers ?? {}) as Readonly<
      Record<string, unknown>
    >;
    return withSpan(
      messageSpanName('answer', place),
      {
        kind: 'server',
        parent: extractTrace({ traceparent, tracestate: boundedText(tracestate) }),
        attributes: messageAttributes('answer', place),
      },
      async () => {
        const reply = await this.#answer(type, message);
        this.#send(message, reply);
        session.acknowledge(message);
        metrics.consumed.inc({ queue: this.queue, disposition: reply.ok ? 'answered' : reply.error.kind });
        this.options.logger.debug('question answered', { queue: this.queue, type, message_id: messageId });
      },
    );
  }

  async #answer(type: string, message: ConsumeMessage): Promise<Result<unknown>> {
    const route = this.options.routes.get(type);
    if (route === undefined)
      return err(failure('not_found', 'unknown_query', `${this.options.service} does not answer "${type}".`));
    const { contract } = route;
    const { userId } = message.properties as { readonly userId: unknown };
    const own = { service: this.options.service, user: this.options.consuming.user };
    const asker = serviceOfUser(userId, own);
    if (asker === undefined || !contract.senders.includes(asker)) {
      this.options.logger.warn('question refused', { query: type, sender: shortText(userId) });
      return err(
        failure(
          'forbidden',
          'sender_not_allowed',
          `${contract.key} is asked by ${contract.senders.join(' or ')}.`,
        ),
      );
    }
    try {
      const payload = parse(contract, message.content);
      if (!payload.ok) return payload;
      const reply = await route.handle(payload.value, { id: String(message.properties.messageId) });
      if (!reply.ok) return reply;
      const value = contract.reply.safeParse(reply.value);
      if (value.success) return { ok: true, value: value.data };
      this.options.logger.error('reply does not match its contract', {
        query: type,
        issues: value.error.issues,
      });
      return err(failure('internal', 'internal', 'An unexpected error occurred.'));
    } catch (error) {
      if (!(error instanceof FailureException))
        this.options.logger.error('query failed', { query: type, error });
      return err(failureOf(error));
    }
  }

  /** An address or a correlation id that cannot be encoded again is none that an asker of ours gave. */
  #send(message: ConsumeMessage, reply: Result<unknown>): void {
    const replyTo: unknown = message.properties.replyTo;
    const correlationId: unknown = message.properties.correlationId;
    const epoch = this.#answers.current;
    if (!isReplyAddress(replyTo) || !epoch?.live) return;
    const body = encodeReply(reply);
    try {
      epoch.channel.publish('', replyTo, body, {
        correlationId: shortText(correlationId) ?? '',
        contentType: 'application/json',
        type: 'reply',
      });
    } catch (error) {
      if (error instanceof IllegalOperationError) epoch.end();
      else this.options.logger.warn('answer dropped', { queue: this.queue, error });
    }
  }
}

function parse({ payload, key }: QueryContract, body: Buffer): Result<unknown> {
  let raw: unknown;
  try {
    raw = JSON.parse(body.toString('utf8'));
  } catch {
    return err(invalid(key, 'not JSON'));
  }
  const parsed = payload.safeParse(raw);
  if (parsed.success) return { ok: true, value: parsed.data };
  return err(
    invalid(key, parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')),
  );
}

const invalid = (key: string, reason: string): Failure =>
  failure('validation', 'payload_invalid', `The payload of ${key} is invalid: ${reason}`);

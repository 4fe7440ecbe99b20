import { queryQueue, type QueryContract, type ServiceName } from '@ymera/contracts';
import {
  err,
  failure,
  failureOf,
  FailureException,
  type Failure,
  type Logger,
  type Result,
  settlesWithin,
} from '@ymera/kernel';
import { extractTrace, withSpan } from '@ymera/observability';
import type { ConsumeMessage } from 'amqplib';
import { LiveChannel, type ChannelEpoch } from '../connection/live-channel';
import type { RabbitConnection } from '../connection/rabbit-connection';
import { Session } from '../consuming/session';
import { metrics } from '../metrics';
import { messageAttributes, messageSpanName } from '../trace-conventions';
import { encodeReply, isReplyAddress } from './wire';

export interface QueryRoute {
  readonly contract: QueryContract;
  handle(payload: unknown, context: { readonly id: string }): Promise<Result<unknown>>;
}

export interface QueryServerOptions {
  readonly service: ServiceName;
  readonly consuming: RabbitConnection;
  /** Answers leave by another connection: a blocked one must not stop the questions from being acknowledged. */
  readonly publishing: RabbitConnection;
  readonly routes: ReadonlyMap<string, QueryRoute>;
  readonly prefetch: number;
  readonly drainMs: number;
  readonly logger: Logger;
}

const cancelMs = 2_000;

/** Answers the questions to one service. An answer that cannot be sent is dropped: its asker gives up by itself. */
export class QueryServer {
  readonly #questions: LiveChannel;
  readonly #answers: LiveChannel;
  readonly #running = new Set<Promise<void>>();
  #session: Session | undefined;
  #consumerTag: string | undefined;
  #isStopping = false;

  constructor(private readonly options: QueryServerOptions) {
    const { consuming, publishing, service, logger } = options;
    this.#questions = new LiveChannel(consuming, {
      name: `consume ${queryQueue(service)}`,
      logger,
      confirms: false,
      opened: (epoch) => this.#consume(epoch),
      lost: () => (this.#consumerTag = undefined),
    });
    this.#answers = new LiveChannel(publishing, {
      name: 'answers',
      logger,
      confirms: false,
      opened: () => Promise.resolve(),
      lost: () => undefined,
    });
  }

  get queue(): string {
    return queryQueue(this.options.service);
  }

  get isConsuming(): boolean {
    return this.#consumerTag !== undefined && this.#answers.current !== undefined;
  }

  start(): void {
    this.#answers.start();
    this.#questions.start();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const tag = this.#consumerTag;
    if (tag !== undefined) await settlesWithin(cancelMs, this.#session?.epoch.channel.cancel(tag));
    await settlesWithin(this.options.drainMs, Promise.allSettled(this.#running));
    this.#session?.flush();
    await this.#questions.stop();
    await this.#answers.stop();
  }

  async #consume(epoch: ChannelEpoch): Promise<void> {
    const session = new Session(epoch);
    this.#session = session;
    await epoch.channel.prefetch(this.options.prefetch);
    const { consumerTag } = await epoch.channel.consume(this.queue, (message) => {
      if (message === null) void epoch.channel.close().catch(() => undefined);
      else if (!this.#isStopping) this.#take(session, message);
    });
    this.#consumerTag = consumerTag;
  }

  #take(session: Session, message: ConsumeMessage): void {
    const type = String(message.properties.type);
    const { exchange, routingKey } = message.fields;
    const messageId = String(message.properties.messageId);
    const place = { exchange, routingKey, type, messageId, queue: this.queue };
    const work = withSpan(
      messageSpanName('answer', place),
      {
        kind: 'server',
        parent: extractTrace(message.properties.headers ?? {}),
        attributes: messageAttributes('answer', place),
      },
      async () => {
        const reply = await this.#answer(type, message);
        this.#send(message, reply);
        session.acknowledge(message);
        metrics.consumed.inc({ queue: this.queue, disposition: reply.ok ? 'answered' : reply.error.kind });
        this.options.logger.debug('question answered', { queue: this.queue, type, message_id: messageId });
      },
    ).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async #answer(type: string, message: ConsumeMessage): Promise<Result<unknown>> {
    const route = this.options.routes.get(type);
    if (route === undefined)
      return err(failure('not_found', 'unknown_query', `${this.options.service} does not answer "${type}".`));
    const { contract } = route;
    const payload = parse(contract, message.content);
    if (!payload.ok) return payload;
    try {
      const reply = await route.handle(payload.value, { id: String(message.properties.messageId) });
      if (!reply.ok) return reply;
      const value = contract.reply.safeParse(reply.value);
      if (value.success) return { ok: true, value: value.data };
      this.options.logger.error('the reply does not fit its contract', {
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

  #send(message: ConsumeMessage, reply: Result<unknown>): void {
    const replyTo: unknown = message.properties.replyTo;
    const correlationId = String(message.properties.correlationId);
    const body = encodeReply(reply);
    const epoch = this.#answers.current;
    if (!isReplyAddress(replyTo) || !epoch?.live) return;
    try {
      epoch.channel.publish('', replyTo, body, {
        correlationId,
        contentType: 'application/json',
        type: 'reply',
      });
    } catch {
      epoch.end();
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

import { context, ROOT_CONTEXT, SpanStatusCode, trace, type SpanContext } from '@opentelemetry/api';
import type { MessageHeaders, OutgoingMessage } from '@ymera/contracts';
import {
  currentLink,
  extractTrace,
  injectTrace,
  startSpan,
  withSpan,
  withTrace,
  type Link,
  type OpenSpan,
} from '@ymera/observability';
import type { ConsumeMessage } from 'amqplib';
import { messageAttributes, messageSpanName } from './trace-conventions';

const maxLinks = 128;

/** The sampled flag is the last bit of `00-<trace id>-<span id>-<flags>`. */
const isSampled = (traceparent: unknown): traceparent is string =>
  typeof traceparent === 'string' &&
  traceparent.length === 55 &&
  (Number.parseInt(traceparent.charAt(54), 16) & 1) === 1;

const format = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-0${traceFlags & 1}`;

export interface Outbound {
  readonly headers: MessageHeaders;
  /** Ends when the broker has answered; only messages of sampled traces have one. */
  readonly span: OpenSpan | undefined;
}

/**
 * The trace of a message: its own, as stored with it, or the current one. Unsampled traces are propagated without a
 * span, which keeps the common case free of allocations.
 */
export function outbound({
  headers,
  exchange,
  routingKey,
  type,
  messageId,
}: Omit<OutgoingMessage, 'body' | 'vhost'>): Outbound {
  let traced = headers;
  if (headers['traceparent'] === undefined) {
    const current = trace.getSpanContext(context.active());
    if (current === undefined) return { headers, span: undefined };
    traced = { ...headers, traceparent: format(current) };
  }
  if (!isSampled(traced['traceparent'])) return { headers: traced, span: undefined };
  const place = { exchange, routingKey, type, messageId };
  const span = startSpan(messageSpanName('publish', place), {
    kind: 'producer',
    parent: extractTrace(traced),
    attributes: messageAttributes('publish', place),
  });
  return { headers: injectTrace(traced, span.context), span };
}

export function endSpan(span: OpenSpan, problem: string | undefined): void {
  span.end(problem === undefined ? {} : { 'error.type': problem }, problem !== undefined);
}

/** A delivery that is handled. */
export interface Handled {
  readonly queue: string;
  readonly message: Pick<ConsumeMessage, 'fields' | 'properties'>;
}

const placeOf = ({ queue, message: { fields, properties } }: Handled) => ({
  exchange: fields.exchange,
  routingKey: fields.routingKey,
  type: String(properties.type),
  messageId: String(properties.messageId),
  queue,
});

const traceparentOf = ({ message }: Handled): unknown =>
  (message.properties.headers as MessageHeaders | undefined)?.['traceparent'];

/** Runs a handler in the trace of its message; without a span where the sender's is not recorded. */
export function processing<T>(handled: Handled, handle: () => Promise<T>): Promise<T> {
  const traceparent = traceparentOf(handled);
  const parent = extractTrace({ traceparent });
  if (trace.getSpanContext(parent) !== undefined && !isSampled(traceparent)) return withTrace(parent, handle);
  const place = placeOf(handled);
  return withSpan(
    messageSpanName('process', place),
    { kind: 'consumer', parent, attributes: messageAttributes('process', place) },
    handle,
  );
}

/** Links of a batch's span; nothing is parsed for messages of unsampled traces. */
function linksOf(batch: readonly Handled[]): Link[] {
  const links: Link[] = [];
  for (const handled of batch) {
    const traceparent = traceparentOf(handled);
    if (!isSampled(traceparent)) continue;
    const spanContext = trace.getSpanContext(extractTrace({ traceparent }));
    if (spanContext && links.push({ context: spanContext }) === maxLinks) break;
  }
  return links;
}

/** One span for each message whose trace is recorded, so that its trace shows the consumer; linked to the batch's. */
function memberSpans(batch: readonly Handled[]): OpenSpan[] {
  const link = currentLink();
  return batch.flatMap((handled) => {
    const traceparent = traceparentOf(handled);
    if (!isSampled(traceparent)) return [];
    const place = placeOf(handled);
    const span = startSpan(messageSpanName('process', place), {
      kind: 'consumer',
      parent: extractTrace({ traceparent }),
      links: link ? [link] : [],
      attributes: messageAttributes('process', place),
    });
    return [span];
  });
}

/**
 * A batch belongs to no trace: its span links those of its messages. `isBulk`: agents' messages by the thousand, whose
 * traces are rarely useful; then only the batch has a span, and rarely.
 */
export function processingBatch<T>(
  { name, isBulk }: { readonly name: string; readonly isBulk: boolean },
  batch: readonly Handled[],
  handle: () => Promise<T>,
): Promise<T> {
  const links = isBulk ? [] : linksOf(batch);
  return withSpan(
    `process ${name}`,
    {
      kind: 'consumer',
      parent: ROOT_CONTEXT,
      links,
      isBulk: links.length === 0,
      attributes: {
        'messaging.system': 'rabbitmq',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.batch.message_count': batch.length,
      },
    },
    async (span) => {
      const members = links.length > 0 ? memberSpans(batch) : [];
      let isFailed = true;
      try {
        const result = await handle();
        isFailed = false;
        return result;
      } finally {
        for (const member of members) member.end({}, isFailed);
        if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      }
    },
  );
}

/** For one line per message of a batch, in the message's own trace. */
export const inTraceOf = (handled: Handled, act: () => void): void =>
  withTrace(extractTrace({ traceparent: traceparentOf(handled) }), act);

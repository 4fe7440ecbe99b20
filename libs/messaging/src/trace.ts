import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import type { MessageHeaders } from '@ymera/contracts';
import { extractTrace, injectTrace, tracer, withSpan, type Link } from '@ymera/observability';

const maximumLinks = 128;

/** The sampled flag is the last bit of `00-<trace id>-<span id>-<flags>`. */
const isSampled = (traceparent: unknown): boolean =>
  typeof traceparent === 'string' &&
  traceparent.length === 55 &&
  (Number.parseInt(traceparent.charAt(54), 16) & 1) === 1;

const format = ({ traceId, spanId, traceFlags }: SpanContext): string =>
  `00-${traceId}-${spanId}-0${traceFlags & 1}`;

export interface Outbound {
  readonly headers: MessageHeaders;
  /** Ends when the broker has answered; only messages of sampled traces have one. */
  readonly span: Span | undefined;
}

/**
 * The trace a message leaves with: its own, as stored with it, or the current one. Unsampled traces travel on without
 * a span, which is what keeps the common case free of allocations.
 */
export function outbound(headers: MessageHeaders, exchange: string, type: string): Outbound {
  let traced = headers;
  if (headers['traceparent'] === undefined) {
    const current = trace.getSpanContext(context.active());
    if (current === undefined) return { headers, span: undefined };
    traced = { ...headers, traceparent: format(current) };
  }
  if (!isSampled(traced['traceparent'])) return { headers: traced, span: undefined };
  const parent = extractTrace(traced);
  const span = tracer().startSpan(
    `publish ${type}`,
    {
      kind: SpanKind.PRODUCER,
      attributes: {
        'messaging.system': 'rabbitmq',
        'messaging.operation.type': 'send',
        'messaging.destination.name': exchange,
      },
    },
    parent,
  );
  return { headers: injectTrace(traced, trace.setSpan(parent, span)), span };
}

export function endSpan(span: Span, problem: string | undefined): void {
  if (problem !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: problem });
  span.end();
}

/** Links of a batch's span; nothing is parsed for messages of unsampled traces. */
function linksOf(messages: readonly { readonly traceparent?: string }[]): Link[] {
  const links: Link[] = [];
  for (const { traceparent } of messages) {
    if (!isSampled(traceparent)) continue;
    const spanContext = trace.getSpanContext(extractTrace({ traceparent }));
    if (spanContext && links.push({ context: spanContext }) === maximumLinks) break;
  }
  return links;
}

/** Runs a handler in the trace of the message it handles. */
export const processing = <T>(
  name: string,
  { traceparent }: { readonly traceparent?: string },
  handle: () => Promise<T>,
): Promise<T> =>
  withSpan(`process ${name}`, { kind: 'consumer', parent: extractTrace({ traceparent }) }, handle);

/** A batch belongs to no trace: its span links those of its messages. */
export const processingBatch = <T>(
  name: string,
  messages: readonly { readonly traceparent?: string }[],
  handle: () => Promise<T>,
): Promise<T> =>
  withSpan(
    `process ${name}`,
    {
      kind: 'consumer',
      parent: ROOT_CONTEXT,
      links: linksOf(messages),
      attributes: { 'messaging.system': 'rabbitmq', 'messaging.batch.message_count': messages.length },
    },
    handle,
  );

import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanOptions as OtelSpanOptions,
  type Tracer,
} from '@opentelemetry/api';
import { bulkAttribute } from './root-sampler';

export type TraceHeaders = Readonly<Record<string, unknown>>;

const kinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const;

export interface SpanOptions {
  /** Default `internal`. */
  readonly kind?: keyof typeof kinds;
  readonly attributes?: Attributes;
  /** The parent of the span, e.g. `extractTrace(headers)`; default is the current span. */
  readonly parent?: Context;
  /** Other traces that this span serves, e.g. the messages of a batch; at most 128 are kept. */
  readonly links?: readonly Link[];
  /** One of very many (a batch of reports, a health check): where it begins a trace, few of them are recorded. */
  readonly isBulk?: boolean;
}

const maxLinks = 128;

const spanOptions = ({ kind = 'internal', attributes, links, isBulk }: SpanOptions): OtelSpanOptions => ({
  kind: kinds[kind],
  ...(attributes || isBulk
    ? { attributes: { ...attributes, ...(isBulk && { [bulkAttribute]: true }) } }
    : {}),
  ...(links ? { links: links.slice(0, maxLinks) } : {}),
});

export const tracer = (): Tracer => trace.getTracer('ymera');

/** A span that outlives one function; its caller ends it. */
export interface OpenSpan {
  /** Run the span's work with `withTrace(span.context, ...)`. */
  readonly context: Context;
  end(attributes?: Attributes, isFailed?: boolean): void;
}

export function startSpan(name: string, options: SpanOptions): OpenSpan {
  const parent = options.parent ?? context.active();
  const span = tracer().startSpan(name, spanOptions(options), parent);
  return {
    context: trace.setSpan(parent, span),
    end(attributes = {}, isFailed = false) {
      span.setAttributes(attributes);
      if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** Runs `fn` inside a new span; an exception marks the span as failed and is rethrown. */
export async function withSpan<T>(
  name: string,
  options: SpanOptions,
  fn: (span: Span) => T | Promise<T>,
): Promise<T> {
  const parent = options.parent ?? context.active();
  const span = tracer().startSpan(name, spanOptions(options), parent);
  try {
    return await context.with(trace.setSpan(parent, span), fn, undefined, span);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    if (error instanceof Error) span.recordException({ name: error.name, message: error.message });
    throw error;
  } finally {
    span.end();
  }
}

/** Runs `fn` with `parent` as the current trace, without a span of its own. */
export const withTrace = <T>(parent: Context, fn: () => T): T => context.with(parent, fn);

/** Adds `traceparent` (and `tracestate`) of the current or the given trace to a copy of `headers`. */
export function injectTrace<Headers extends TraceHeaders>(
  headers: Headers,
  from: Context = context.active(),
): Headers & Readonly<Record<string, string>> {
  const carrier: Record<string, string> = {};
  propagation.inject(from, carrier);
  return { ...headers, ...carrier };
}

/** The trace in these headers; a context without a span when there is none or it is malformed. */
export const extractTrace = (headers: TraceHeaders): Context => propagation.extract(ROOT_CONTEXT, headers);

/** For `links`: the span in these headers. */
export function linkOf(headers: TraceHeaders): Link | undefined {
  const spanContext = trace.getSpanContext(extractTrace(headers));
  return spanContext ? { context: spanContext } : undefined;
}

/** For `links`: the current span. */
export function currentLink(from: Context = context.active()): Link | undefined {
  const spanContext = trace.getSpanContext(from);
  return spanContext ? { context: spanContext } : undefined;
}

/** 32 hex digits; undefined outside of any span. */
export const currentTraceId = (from: Context = context.active()): string | undefined =>
  trace.getSpanContext(from)?.traceId;

export const currentSpanId = (from: Context = context.active()): string | undefined =>
  trace.getSpanContext(from)?.spanId;

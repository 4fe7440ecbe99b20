import {
  currentTraceId,
  extractTrace,
  histogram,
  injectTrace,
  startSpan,
  withTrace,
  type Context,
  type OpenSpan,
} from '@ymera/observability';
import type { FastifyInstance, FastifyRequest } from 'fastify';

interface RequestTrace {
  readonly context: Context;
  readonly span: OpenSpan;
  readonly traceId: string | undefined;
  readonly startedAt: number;
}

const traces = new WeakMap<object, RequestTrace>();

export const traceOf = (request: FastifyRequest): RequestTrace | undefined => traces.get(request.raw);

/** The declared path, so that a label never holds an id. */
const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unmatched';

/** By probes, scrapers and the broker: their traces are rarely useful. */
const isAskedAllTheTime = (route: string): boolean => /^\/(health|metrics|broker)(\/|$)/.test(route);

/**
 * Each request runs in the caller's trace or a new one, and its answer names it: `traceparent`, `x-trace-id`,
 * `x-request-id`. The trace is entered again after the body was read, because stream events lose it.
 */
export function traceRequests(fastify: FastifyInstance): void {
  const duration = histogram({
    name: 'ymera_http_request_duration_seconds',
    help: 'Time from the request’s headers to the last byte of the answer, in seconds; streams are excluded. Normally below 1.',
    labels: ['method', 'route', 'status'],
  });

  fastify.addHook('onRequest', (request, reply, done) => {
    const route = routeOf(request);
    const span = startSpan(`${request.method} ${route}`, {
      kind: 'server',
      parent: extractTrace(request.headers),
      isBulk: isAskedAllTheTime(route),
      attributes: {
        'http.request.method': request.method,
        'http.route': route,
        'ymera.request_id': request.id,
      },
    });
    const traceId = currentTraceId(span.context);
    traces.set(request.raw, { context: span.context, span, traceId, startedAt: performance.now() });
    void reply.headers({ ...injectTrace({}, span.context), 'x-request-id': request.id });
    if (traceId) void reply.header('x-trace-id', traceId);
    withTrace(span.context, done);
  });

  fastify.addHook('preValidation', (request, _reply, done) => {
    const trace = traceOf(request);
    if (trace) withTrace(trace.context, done);
    else done();
  });

  fastify.addHook('onResponse', (request, reply, done) => {
    const trace = traceOf(request);
    if (trace) {
      trace.span.end({ 'http.response.status_code': reply.statusCode }, reply.statusCode >= 500);
      const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
      if (!isStream)
        duration.observe(
          { method: request.method, route: routeOf(request), status: String(reply.statusCode) },
          (performance.now() - trace.startedAt) / 1000,
        );
    }
    done();
  });
}

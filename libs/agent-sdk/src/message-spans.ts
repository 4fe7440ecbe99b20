import { context, propagation, SpanKind, SpanStatusCode, trace, type Context } from '@opentelemetry/api';
import { exchanges } from '@ymera/contracts';
import type { ConsumeMessage } from 'amqplib';

const tracer = trace.getTracer('@ymera/agent-sdk');

const attributes = (operation: 'publish' | 'process', destination: string, type: string) => ({
  'messaging.system': 'rabbitmq',
  'messaging.operation.name': operation,
  'messaging.operation.type': operation === 'publish' ? 'send' : 'process',
  'messaging.destination.name': destination,
  'ymera.message_type': type,
});

/** Handles a delivery in a span of its sender's trace, and returns the result with the span's context. */
export function processed(delivery: ConsumeMessage, queue: string, handle: (own: Context) => void): void {
  const parent = propagation.extract(context.active(), delivery.properties.headers ?? {});
  if (trace.getSpanContext(parent) === undefined) return handle(parent);
  const { exchange, routingKey } = delivery.fields;
  const type = String(delivery.properties.type);
  const span = tracer.startSpan(
    `process ${exchange}:${type}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: attributes('process', `${exchange}:${routingKey}:${queue}`, type),
    },
    parent,
  );
  const own = trace.setSpan(parent, span);
  try {
    context.with(own, () => handle(own));
  } finally {
    span.end();
  }
}

/** Sends within a span below `parent`; the message carries that span. */
export async function published(
  type: string,
  parent: Context,
  send: (headers: Record<string, string>) => Promise<boolean>,
): Promise<boolean> {
  const span = tracer.startSpan(
    `publish ${exchanges.agentsIn}:${type}`,
    { kind: SpanKind.PRODUCER, attributes: attributes('publish', exchanges.agentsIn, type) },
    parent,
  );
  const headers: Record<string, string> = {};
  propagation.inject(trace.setSpan(parent, span), headers);
  const isConfirmed = await send(headers);
  if (!isConfirmed) span.setStatus({ code: SpanStatusCode.ERROR, message: 'not confirmed' });
  span.end();
  return isConfirmed;
}

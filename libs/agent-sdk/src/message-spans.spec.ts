import { context, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ConsumeMessage } from 'amqplib';
import { processed, published } from './message-spans';

const sender = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const delivery = (headers: Record<string, string>): ConsumeMessage =>
  ({
    fields: { exchange: 'agents.out', routingKey: 'runner-1' },
    properties: { type: 'task', headers },
  }) as unknown as ConsumeMessage;

describe('spans of an agent', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  beforeAll(() => {
    trace.setGlobalTracerProvider(provider);
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  });
  beforeEach(() => {
    exporter.reset();
  });
  afterAll(async () => {
    await provider.shutdown();
    trace.disable();
    propagation.disable();
  });

  it('continue the sender’s trace: answers of the agent are below the message that it got', async () => {
    const sent: Record<string, string>[] = [];
    let own = context.active();
    processed(delivery({ traceparent: sender }), 'agent.runner-1', (inside) => {
      own = inside;
    });
    await published('result', own, (headers) => {
      sent.push(headers);
      return Promise.resolve(true);
    });
    const [taken, answered] = exporter.getFinishedSpans();
    expect([taken?.name, answered?.name]).toEqual(['process agents.out:task', 'publish agents.in:result']);
    expect(taken?.parentSpanContext?.spanId).toBe('00f067aa0ba902b7');
    expect(answered?.parentSpanContext?.spanId).toBe(taken?.spanContext().spanId);
    const carried = trace.getSpanContext(propagation.extract(context.active(), sent[0] ?? {}));
    expect(carried?.spanId).toBe(answered?.spanContext().spanId);
    expect(carried?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
  });

  it('record that the broker has not confirmed', async () => {
    await published('progress', context.active(), () => Promise.resolve(false));
    expect(exporter.getFinishedSpans()[0]?.status.code).toBe(2);
  });

  it('begin no trace for a message without one', () => {
    processed(delivery({}), 'agent.runner-1', () => undefined);
    expect(exporter.getFinishedSpans()).toEqual([]);
  });
});

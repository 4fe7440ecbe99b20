import { Controller } from '@nestjs/common';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { commandMessage, eventMessage, livenessChanged, startWorkflow } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { currentTraceId, extractTrace, startTelemetry, withSpan, type Telemetry } from '@ymera/observability';
import { OnCommand, OnEventBatch } from './decorators';
import { startApp, type TestApp } from './testing/app';
import { eventually } from './testing/eventually';
import { startTestBroker, type TestBroker } from './testing/test-broker';

/** The parts of a finished span that these tests look at. */
interface Finished {
  readonly name: string;
  readonly kind: SpanKind;
  readonly links: readonly { readonly context: { readonly traceId: string } }[];
  readonly parentSpanContext?: { readonly spanId: string };
  spanContext(): { readonly traceId: string; readonly spanId: string };
}

let finished: Finished[];
let traceIds: (string | undefined)[];

@Controller()
class Handlers {
  @OnCommand(startWorkflow)
  async start(): Promise<void> {
    traceIds.push(currentTraceId());
    return Promise.resolve();
  }

  @OnEventBatch([livenessChanged], { max: 200, waitMs: 50 })
  async facts(): Promise<void> {
    traceIds.push(currentTraceId());
    return Promise.resolve();
  }
}

let broker: TestBroker;
let app: TestApp;
let telemetry: Telemetry;

beforeAll(async () => {
  telemetry = await startTelemetry({
    service: 'test',
    version: '0',
    spanProcessors: [
      {
        onStart: () => undefined,
        onEnd: (span) => void finished.push(span),
        forceFlush: () => Promise.resolve(),
        shutdown: () => Promise.resolve(),
      },
    ],
  });
  broker = await startTestBroker();
  app = await startApp(broker, Handlers);
});
afterAll(async () => {
  await app.close();
  await broker.remove();
  await telemetry.shutdown();
});
beforeEach(() => {
  finished = [];
  traceIds = [];
});

const order = () => commandMessage(startWorkflow, startWorkflow.sample, { id: uuidv7(), time: new Date() });
const named = (name: string): Finished[] => finished.filter((span) => span.name.startsWith(name));

it('carries a trace from the sender to the handler, one span each', async () => {
  let sender = '';
  await withSpan('request', {}, async () => {
    sender = currentTraceId() ?? '';
    await app.messaging.publisher.publish(order());
  });
  const [consumer] = await eventually(() => named('process').length === 1 && named('process'));
  const [producer] = named('publish');
  expect(traceIds).toEqual([sender]);
  expect(producer).toMatchObject({ kind: SpanKind.PRODUCER });
  expect(consumer).toMatchObject({ kind: SpanKind.CONSUMER });
  expect(consumer?.parentSpanContext?.spanId).toBe(producer?.spanContext().spanId);
  expect(consumer?.spanContext().traceId).toBe(sender);
});

it('carries a trace that nobody records, without spans', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  const unrecorded = extractTrace({ traceparent });
  expect(trace.getSpanContext(unrecorded)).toBeDefined();
  await app.messaging.publisher.publish({ ...order(), headers: { traceparent } });
  await eventually(() => traceIds.length === 1);
  expect(traceIds).toEqual(['0af7651916cd43dd8448eb211c80319c']);
  expect(finished).toEqual([]);
});

it('links a batch to the traces of its messages, to 128 of them at most', async () => {
  const fact = { aggregateId: 'a', aggregateVersion: 1, payload: livenessChanged.sample };
  const messages = Array.from({ length: 150 }, (_, index) => ({
    ...eventMessage(livenessChanged, fact, { id: uuidv7(), time: new Date() }),
    headers: { traceparent: `00-${String(index + 1).padStart(32, '0')}-b7ad6b7169203331-01` },
  }));
  await app.messaging.publisher.publishAll(messages);
  const batches = await eventually(() => {
    const spans = named('process');
    return spans.reduce((sum, { links }) => sum + links.length, 0) >= 128 && spans;
  });
  expect(Math.max(...batches.map(({ links }) => links.length))).toBeLessThanOrEqual(128);
  expect(batches.every((span) => span.parentSpanContext === undefined)).toBe(true);
  expect(trace.getSpanContext(ROOT_CONTEXT)).toBeUndefined();
});

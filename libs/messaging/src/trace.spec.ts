import { Controller } from '@nestjs/common';
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { commandMessage, eventMessage, livenessChanged, startWorkflow } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { currentTraceId, extractTrace, startTelemetry, withSpan, type Telemetry } from '@ymera/observability';
import { OnCommand, OnEventBatch } from './decorators';
import { startApp, type TestApp } from './testing/app';
import { eventually } from './testing/eventually';
import { startTestBroker, type TestBroker } from './testing/test-broker';
import { processingBatch, type Handled } from './trace';

/** The parts of a finished span that these tests look at. */
interface Finished {
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly links: readonly { readonly context: { readonly traceId: string; readonly spanId: string } }[];
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
    await broker.send(order());
  });
  const [consumer] = await eventually(() => named('process').length === 1 && named('process'));
  const [producer] = named('publish');
  expect(traceIds).toEqual([sender]);
  expect(producer).toMatchObject({ kind: SpanKind.PRODUCER });
  expect(consumer).toMatchObject({ kind: SpanKind.CONSUMER });
  expect(consumer?.parentSpanContext?.spanId).toBe(producer?.spanContext().spanId);
  expect(consumer?.spanContext().traceId).toBe(sender);
});

it('propagates a trace that is not recorded, without spans', async () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00';
  const unrecorded = extractTrace({ traceparent });
  expect(trace.getSpanContext(unrecorded)).toBeDefined();
  await broker.send({ ...order(), headers: { traceparent } });
  await eventually(() => traceIds.length === 1);
  expect(traceIds).toEqual(['0af7651916cd43dd8448eb211c80319c']);
  expect(finished).toEqual([]);
});

it('names spans by exchange, type and queue, as the conventions say', async () => {
  await withSpan('request', {}, () => broker.send(order()));
  const [consumer] = await eventually(() => named('process').length === 1 && named('process'));
  const key = startWorkflow.key;
  expect(named('publish')[0]?.name).toBe(`publish ymera.commands.v2:${key}`);
  expect(consumer?.name).toBe(`process ymera.commands.v2:${key}:orchestrator.commands`);
  expect(consumer?.attributes).toMatchObject({
    'messaging.system': 'rabbitmq',
    'messaging.operation.type': 'process',
    'messaging.destination.name': `ymera.commands.v2:${key}:orchestrator.commands`,
  });
});

it('links a batch to the traces of its messages, to 128 of them at most, and shows in each who took it', async () => {
  const fact = { aggregateId: 'a', aggregateVersion: 1, payload: livenessChanged.sample };
  const messages = Array.from({ length: 150 }, (_, index) => ({
    ...eventMessage(livenessChanged, fact, { id: uuidv7(), time: new Date() }),
    headers: { traceparent: `00-${String(index + 1).padStart(32, '0')}-b7ad6b7169203331-01` },
  }));
  await broker.send(...messages);
  const members = () => named(`process ymera.events:${livenessChanged.key}`);
  await eventually(() => members().length === messages.length);
  const batches = named('process orchestrator event batch');
  expect(batches.length).toBeGreaterThan(0);
  expect(Math.max(...batches.map(({ links }) => links.length))).toBeLessThanOrEqual(128);
  expect(batches.every((span) => span.parentSpanContext === undefined)).toBe(true);
  const sent = new Map(named('publish').map((span) => [span.spanContext().spanId, span]));
  const batchIds = new Set(batches.map((span) => span.spanContext().spanId));
  for (const member of members()) {
    const sender = sent.get(member.parentSpanContext?.spanId ?? '');
    expect(sender?.spanContext().traceId).toBe(member.spanContext().traceId);
    expect(batchIds).toContain(member.links[0]?.context.spanId);
  }
  expect(trace.getSpanContext(ROOT_CONTEXT)).toBeUndefined();
});

it('records few traces of agents’ bulk messages and of batches without a recorded trace', async () => {
  const target = { name: 'report batch', isBulk: true };
  const delivery = {
    queue: 'q',
    message: {
      fields: { exchange: 'agents.in', routingKey: 'report.1.a' },
      properties: { type: 'report', headers: { traceparent: `00-${'1'.repeat(32)}-b7ad6b7169203331-01` } },
    },
  } as unknown as Handled;
  for (let round = 0; round < 200; round += 1)
    await processingBatch(target, [delivery], () => Promise.resolve());
  expect(finished.length).toBeLessThan(20);
  expect(named('process agents.in')).toEqual([]);
});

import { ROOT_CONTEXT, trace, context } from '@opentelemetry/api';
import type { OutgoingMessage } from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { startTelemetry, type Telemetry } from '@ymera/observability';
import { eventually } from '../testing/eventually';
import { FakeConnection, type FakeChannel } from '../testing/fake-connection';
import { createOriginKey, OriginAuthenticator } from '../origin';
import { ChannelPublisher, type PublisherOptions, type Sink } from './channel-publisher';
import { publishFailures } from './publish-failures';
import { Publisher } from './publisher';

const message = (body = Buffer.from('{}')): OutgoingMessage => ({
  messageId: uuidv7(),
  vhost: 'services',
  exchange: 'ymera.events',
  routingKey: 'a.b.c.v1',
  type: 'a.b.c.v1',
  headers: {},
  body,
});

let connection: FakeConnection;
let publisher: Publisher;

function start(options: Partial<PublisherOptions> = {}): void {
  connection = new FakeConnection();
  publisher = new Publisher(
    new OriginAuthenticator('gateway', [createOriginKey()]),
    () =>
      new ChannelPublisher(connection, {
        vhost: 'services',
        service: 'test',
        logger: silentLogger,
        ...options,
      }),
  );
}
afterEach(() => publisher.close());

const channel = (index = 0): Promise<FakeChannel> => eventually(() => connection.channels[index]);
const published = async (count: number, index = 0): Promise<FakeChannel> => {
  const current = await channel(index);
  await eventually(() => current.published.length >= count);
  return current;
};
const codeOf = (outcome: Promise<void>): Promise<string> =>
  outcome.then(
    () => 'confirmed',
    (error: { failure?: { code: string } }) => error.failure?.code ?? 'not a failure',
  );

it('says who sends, and that the message must be kept and routed', async () => {
  start();
  const sent = message();
  const outcome = publisher.publish(sent);
  const current = await published(1);
  expect(current.published[0]?.options).toMatchObject({
    persistent: true,
    mandatory: true,
    messageId: sent.messageId,
    type: sent.type,
    contentType: 'application/cloudevents+json',
    userId: 'svc-test',
  });
  current.confirm(1);
  await expect(codeOf(outcome)).resolves.toBe('confirmed');
});

it('keeps no more unconfirmed messages than its window, and sends the rest in order as confirms come', async () => {
  start({ window: 3 });
  const messages = Array.from({ length: 8 }, () => message());
  const outcomes = publisher.publishAll(messages);
  const current = await published(3);
  expect(current.published).toHaveLength(3);
  current.confirm(2, true);
  expect(current.published).toHaveLength(5);
  current.confirm(5, true);
  current.confirm(8, true);
  await expect(outcomes).resolves.toEqual(messages.map(() => undefined));
  expect(current.published.map(({ options }) => options.messageId)).toEqual(
    messages.map((each) => each.messageId),
  );
});

it('fails what was in flight when the channel is lost, and sends none of it again', async () => {
  start({ window: 2 });
  const [lost, waiting] = [publisher.publish(message()), publisher.publish(message())].map(codeOf);
  const third = codeOf(publisher.publish(message()));
  await (await published(2)).close();
  await expect(lost).resolves.toBe('publish_unconfirmed');
  await expect(waiting).resolves.toBe('publish_unconfirmed');
  const next = await published(1, 1);
  expect(next.published).toHaveLength(1);
  next.confirm(1);
  await expect(third).resolves.toBe('confirmed');
});

it('does not take the late confirm of a dead channel for one of the next', async () => {
  start();
  const first = codeOf(publisher.publish(message()));
  const dead = await published(1);
  await dead.close();
  await expect(first).resolves.toBe('publish_unconfirmed');
  let isSettled = false;
  const second = publisher.publish(message()).then(() => (isSettled = true));
  const live = await published(1, 1);
  dead.confirm(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isSettled).toBe(false);
  live.confirm(1);
  await second;
});

it('stops while the broker blocks and goes on afterwards', async () => {
  start();
  const first = publisher.publish(message());
  const current = await published(1);
  current.confirm(1);
  await first;
  connection.isBlocked = true;
  const second = publisher.publish(message());
  await new Promise((resolve) => setImmediate(resolve));
  expect(current.published).toHaveLength(1);
  connection.unblock();
  expect(current.published).toHaveLength(2);
  current.confirm(2);
  await second;
});

it('reports a returned message as unroutable although the broker confirms it', async () => {
  start();
  const sent = message();
  const outcome = codeOf(publisher.publish(sent));
  const current = await published(1);
  current.emit('return', {
    fields: { exchange: sent.exchange, routingKey: sent.routingKey, replyText: 'NO_ROUTE' },
    properties: { messageId: sent.messageId },
  });
  current.confirm(1);
  await expect(outcome).resolves.toBe('unroutable');
});

it('reports a refused message as a retryable failure', async () => {
  start();
  const outcome = publisher.publish(message());
  (await published(1)).emit('nack', { deliveryTag: 1, multiple: false });
  await expect(outcome).rejects.toMatchObject({ failure: { code: 'publish_refused', retryable: true } });
});

it('gives up on a broker that does not confirm in time', async () => {
  start({ timeoutMs: 50, window: 1 });
  const inFlight = codeOf(publisher.publish(message()));
  const waiting = codeOf(publisher.publish(message()));
  await expect(waiting).resolves.toBe('broker_unavailable');
  await expect(inFlight).resolves.toBe('publish_unconfirmed');
});

it('gives a message that waited for the broker as long for its confirm as any other', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
  try {
    start({ timeoutMs: 10_000 });
    connection.isBlocked = true;
    const outcome = codeOf(publisher.publish(message()));
    const current = await channel();
    jest.advanceTimersByTime(9_800);
    connection.unblock();
    await published(1);
    jest.advanceTimersByTime(9_800);
    current.confirm(1);
    await expect(outcome).resolves.toBe('confirmed');
  } finally {
    jest.useRealTimers();
  }
});

it('calls no message confirmed because another one was answered twice', async () => {
  const unanswered: { index: number; sink: Sink }[] = [];
  const twice = new Publisher(
    new OriginAuthenticator('gateway', [createOriginKey()]),
    () =>
      ({
        offer: (_message: OutgoingMessage, index: number, sink: Sink) => {
          if (index > 0) unanswered.push({ index, sink });
          else for (const problem of [undefined, publishFailures.lost]) sink.settled(index, problem);
        },
      }) as unknown as ChannelPublisher,
  );
  const outcomes = twice.publishAll([message(), message()]);
  for (const { index, sink } of unanswered) sink.settled(index, publishFailures.refused);
  await expect(outcomes).resolves.toEqual([undefined, publishFailures.refused]);
});

it('refuses more than may wait', async () => {
  start({ window: 1, maxWaiting: 1 });
  const taken = [publisher.publish(message())];
  const current = await published(1);
  taken.push(publisher.publish(message()));
  await expect(codeOf(publisher.publish(message()))).resolves.toBe('publisher_saturated');
  current.confirm(1);
  current.confirm(2);
  await Promise.all(taken);
});

it('refuses a message that no consumer would take', async () => {
  start();
  await expect(codeOf(publisher.publish(message(Buffer.alloc(9 * 1024 * 1024))))).resolves.toBe(
    'message_too_large',
  );
});

describe('with telemetry', () => {
  let telemetry: Telemetry;
  beforeAll(async () => {
    telemetry = await startTelemetry({ service: 'test', version: '0' });
  });
  afterAll(() => telemetry.shutdown());

  it('sends the trace that is current where publish is called, even when the message has to wait', async () => {
    start({ window: 1 });
    const spanContext = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 0,
    };
    const outcomes = context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), () =>
      publisher.publishAll([message(), message()]),
    );
    const current = await published(1);
    current.confirm(1);
    current.confirm(2);
    await outcomes;
    expect(
      current.published.map(({ options }) => (options.headers as { traceparent: string }).traceparent),
    ).toEqual([
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
    ]);
  });
});

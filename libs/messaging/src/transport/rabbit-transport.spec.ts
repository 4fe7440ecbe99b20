import { Controller } from '@nestjs/common';
import {
  commandMessage,
  commandQueue,
  deadQueue,
  eventMessage,
  exchanges,
  livenessChanged,
  startWorkflow,
  type OutgoingMessage,
  type PayloadOf,
} from '@ymera/contracts';
import { failure, FailureException, sleep, uuidv7 } from '@ymera/kernel';
import type { GetMessage } from 'amqplib';
import { OnCommand, OnEvent } from '../decorators';
import { dead, retry, type Disposition } from '../disposition';
import { headerNames } from '../headers';
import type { Received } from '../received';
import { startApp, type TestApp } from '../testing/app';
import { ready, take } from '../testing/broker-view';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';

type Liveness = Received<PayloadOf<typeof livenessChanged>>;
type Start = Received<PayloadOf<typeof startWorkflow>>;

let events: Liveness[];
let commands: Start[];
/** What the handler of commands does; the tests set it. */
let onCommand: (message: Start) => Promise<Disposition | void>;

@Controller()
class Handlers {
  @OnEvent(livenessChanged)
  async liveness(message: Liveness): Promise<void> {
    events.push(message);
    return Promise.resolve();
  }

  @OnCommand(startWorkflow)
  async start(message: Start): Promise<Disposition | void> {
    commands.push(message);
    return onCommand(message);
  }
}

let broker: TestBroker;
let app: TestApp;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.remove());

beforeEach(async () => {
  events = [];
  commands = [];
  onCommand = async () => Promise.resolve();
  app = await startApp(broker, Handlers, { maxAttempts: 3, retryBaseMs: 1, drainMs: 300 });
});
afterEach(() => app.close());

const order = (age = 0): OutgoingMessage =>
  commandMessage(startWorkflow, startWorkflow.sample, { id: uuidv7(Date.now() - age), time: new Date() });
const send = (message: OutgoingMessage): Promise<void> => broker.send(message);
const header = (message: GetMessage, name: string): unknown => message.properties.headers?.[name];
const letter = (): Promise<GetMessage> => take(broker, 'services', deadQueue('orchestrator'));
const isEmpty = async (): Promise<boolean> =>
  (await ready(broker, 'services', commandQueue('orchestrator'))) === 0;

it('hands a fact to its handler, with the aggregate and its version', async () => {
  const fact = { aggregateId: 'tester-1', aggregateVersion: 7, payload: livenessChanged.sample };
  const id = uuidv7();
  await send(eventMessage(livenessChanged, fact, { id, time: new Date() }));
  const [received] = await eventually(() => events.length === 1 && events);
  expect(received).toMatchObject({
    id,
    type: livenessChanged.key,
    aggregateId: 'tester-1',
    aggregateVersion: 7,
    attempts: 1,
    payload: livenessChanged.sample,
  });
});

it('acknowledges when the handler is done, and not before', async () => {
  let finish = (): void => undefined;
  onCommand = () => new Promise((resolve) => (finish = resolve));
  await send(order());
  await eventually(() => commands.length === 1);
  // Closed while the handler is still at work: the message is the broker's again.
  await app.close();
  const message = await take(broker, 'services', commandQueue('orchestrator'));
  expect(message.fields.redelivered).toBe(true);
  finish();
});

it('lets a handler finish when it closes, and acknowledges its message', async () => {
  onCommand = () => sleep(100);
  await send(order());
  await eventually(() => commands.length === 1);
  await app.close();
  await expect(isEmpty()).resolves.toBe(true);
});

it('brings a message back later, and counts its attempts', async () => {
  onCommand = (message) => Promise.resolve(message.attempts < 3 ? retry(5_000, 'not yet') : undefined);
  const sent = order();
  await send(sent);
  for (const attempts of [2, 3]) {
    await eventually(() => app.delayed.scheduled.length === 1);
    expect(app.delayed.scheduled[0]?.retryAt.getTime()).toBeGreaterThan(Date.now() + 4_000);
    await app.delayed.publishAll(app.messaging.publisher);
    await eventually(() => commands.at(-1)?.attempts === attempts);
  }
  expect(commands.map(({ id }) => id)).toEqual([sent.messageId, sent.messageId, sent.messageId]);
  expect(app.delayed.scheduled).toEqual([]);
});

it('lays a message aside that never works, with its story', async () => {
  onCommand = () => Promise.reject(new TypeError('x is undefined'));
  await send(order());
  for (const attempts of [1, 2]) {
    await eventually(() => app.delayed.scheduled.length === 1 && commands.length === attempts);
    await app.delayed.publishAll(app.messaging.publisher);
  }
  const message = await letter();
  expect(header(message, headerNames.code)).toBe('attempts_exhausted');
  expect(header(message, headerNames.reason)).toContain('x is undefined');
  expect(header(message, headerNames.attempts)).toBe(3);
  expect(header(message, headerNames.exchange)).toBe(exchanges.commands);
  expect(header(message, headerNames.routingKey)).toBe(startWorkflow.key);
  expect(header(message, headerNames.queue)).toBe(commandQueue('orchestrator'));
});

it.each([
  ['by its handler', () => Promise.resolve(dead('nobody_asked', 'No such request.')), 'nobody_asked'],
  [
    'by a failure that will not pass',
    () => Promise.reject(new FailureException(failure('conflict', 'plan_changed', 'The plan has changed.'))),
    'plan_changed',
  ],
])('sends a message to the dead letters when told so %s', async (_name, handler, code) => {
  onCommand = handler;
  await send(order());
  const message = await letter();
  expect(header(message, headerNames.code)).toBe(code);
  expect(commands).toHaveLength(1);
});

it.each([
  ['of a type without a handler', { ...order(), type: 'orchestrator.unheard_of.v1' }, 'unknown_message'],
  [
    'with a payload that does not fit',
    { ...order(), body: Buffer.from('{"workflow_id": 1}') },
    'invalid_payload',
  ],
  ['that is not JSON', { ...order(), body: Buffer.from('hello') }, 'invalid_json'],
  ['older than inboxes remember', order(8 * 86_400_000), 'message_id_outside_window'],
])('refuses a message %s', async (_name, message, code) => {
  await send(message);
  expect(header(await letter(), headerNames.code)).toBe(code);
  expect(commands).toEqual([]);
  await expect(isEmpty()).resolves.toBe(true);
});

it('waits with the message in hand while something it needs is away', async () => {
  let isUnavailable = true;
  let isDone = false;
  onCommand = async () => {
    await Promise.resolve();
    if (isUnavailable) throw new FailureException(failure('unavailable', 'database_unavailable', 'Away.'));
    isDone = true;
  };
  const sent = order();
  await send(sent);
  await eventually(() => commands.length === 2);
  expect(app.delayed.scheduled).toEqual([]);
  isUnavailable = false;
  await eventually(() => isDone);
  await app.close();
  await expect(isEmpty()).resolves.toBe(true);
  // Tried again here, and never delivered again.
  expect(commands.every(({ id, attempts }) => id === sent.messageId && attempts === 1)).toBe(true);
});

it('gives a message back when it closes during such a pause', async () => {
  onCommand = () =>
    Promise.reject(new FailureException(failure('unavailable', 'database_unavailable', 'Away.')));
  const sent = order();
  await send(sent);
  await eventually(() => commands.length > 0);
  await app.close();
  const message = await take(broker, 'services', commandQueue('orchestrator'));
  expect(message.properties.messageId).toBe(sent.messageId);
});

it('keeps a message whose retry cannot be stored', async () => {
  let failures = 1;
  const schedule = app.delayed.schedule.bind(app.delayed);
  jest.spyOn(app.delayed, 'schedule').mockImplementation((message) => {
    failures -= 1;
    return failures < 0 ? schedule(message) : Promise.reject(new Error('no database'));
  });
  onCommand = () => Promise.resolve(retry(1, 'not yet'));
  await send(order());
  await eventually(() => app.delayed.scheduled.length === 1);
  expect(commands).toHaveLength(1);
});

it('keeps a message whose dead letter is not routable yet', async () => {
  const connection = await broker.connect('services');
  const channel = await connection.createChannel();
  await channel.unbindQueue(deadQueue('orchestrator'), exchanges.dead, 'orchestrator');
  onCommand = () => Promise.resolve(dead('nobody_asked', 'No such request.'));
  const sent = order();
  await send(sent);
  await eventually(() => commands.length === 1);
  await sleep(50);
  await app.close();
  const again = await channel.checkQueue(commandQueue('orchestrator'));
  expect(again.messageCount).toBe(1);
  await channel.bindQueue(deadQueue('orchestrator'), exchanges.dead, 'orchestrator');
  await connection.close();
  app = await startApp(broker, Handlers);
  expect((await letter()).properties.messageId).toBe(sent.messageId);
});

it('goes on after its connections were cut, with every message exactly once on the books', async () => {
  const seen = new Set<string>();
  onCommand = async ({ id }) => {
    await sleep(2);
    seen.add(id);
  };
  const sent = Array.from({ length: 200 }, () => order());
  const coordinator = await broker.as('coordinator');
  // As the outbox does it: what is not confirmed is given again, by its owner.
  let unconfirmed = sent;
  const publish = async (): Promise<boolean> => {
    const outcomes = await coordinator.publisher.publishAll(unconfirmed);
    unconfirmed = unconfirmed.filter((_message, index) => outcomes[index] !== undefined);
    return unconfirmed.length === 0;
  };
  const publishing = publish();
  await eventually(() => seen.size > 20);
  await broker.cutConnections();
  await publishing;
  await eventually(publish, 20_000);
  await eventually(() => sent.every(({ messageId }) => seen.has(messageId)), 20_000);
  await eventually(isEmpty);
  await expect(
    eventually(() =>
      app.messaging.check().then(
        () => true,
        () => false,
      ),
    ),
  ).resolves.toBe(true);
}, 40_000);

it('drops the result of a handler whose channel has ended, and takes the message again', async () => {
  let finish = (): void => undefined;
  onCommand = () => new Promise((resolve) => (finish = resolve));
  await send(order());
  await eventually(() => commands.length === 1);
  await broker.cutConnections();
  await eventually(() => commands.length === 2, 20_000);
  // The first delivery's tag is 1, and so is the second's on the new channel: settling the one must not settle the other.
  const finishSecond = finish;
  finish();
  await sleep(50);
  finishSecond();
  await eventually(isEmpty);
  await app.close();
  await expect(isEmpty()).resolves.toBe(true);
}, 40_000);

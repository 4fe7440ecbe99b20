import { Controller } from '@nestjs/common';
import {
  commandMessage,
  commandQueue,
  deadQueue,
  deliveryLimit,
  eventMessage,
  eventQueue,
  livenessChanged,
  startWorkflow,
  type OutgoingMessage,
} from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { GetMessage } from 'amqplib';
import { OnCommand, OnEvent } from '../decorators';
import { headerNames } from '../headers';
import { startApp, type TestApp } from '../testing/app';
import { take } from '../testing/broker-view';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';

let handled: string[];

@Controller()
class Handlers {
  @OnEvent(livenessChanged)
  async event({ type }: { readonly type: string }): Promise<void> {
    handled.push(type);
    return Promise.resolve();
  }

  @OnCommand(startWorkflow)
  async command({ type }: { readonly type: string }): Promise<void> {
    handled.push(type);
    return Promise.resolve();
  }
}

let broker: TestBroker;
let app: TestApp;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.remove());

beforeEach(async () => {
  handled = [];
  app = await startApp(broker, Handlers);
});
afterEach(() => app.close());

const order = (): OutgoingMessage =>
  commandMessage(startWorkflow, startWorkflow.sample, { id: uuidv7(), time: new Date() });
const header = (message: GetMessage, name: string): unknown => message.properties.headers?.[name];
const letter = (): Promise<GetMessage> => take(broker, 'services', deadQueue('orchestrator'));

it('gives a message up before the broker does, as one that only it can vouch for', async () => {
  await app.close();
  const connection = await broker.connect('services');
  const channel = await connection.createChannel();
  let deliveries = 0;
  // A consumer that dies with the message each time.
  const { consumerTag } = await channel.consume(commandQueue('orchestrator'), (message) => {
    if (message && (deliveries += 1) <= deliveryLimit - 2) channel.nack(message);
  });
  const sent = order();
  await broker.send(sent);
  await eventually(() => deliveries === deliveryLimit - 1);
  await channel.cancel(consumerTag);
  await connection.close();
  app = await startApp(broker, Handlers);
  const dead = await letter();
  expect(header(dead, headerNames.code)).toBe('delivery_limit');
  expect(header(dead, headerNames.sender)).toMatch(/-coordinator$/);
  expect(header(dead, headerNames.mac)).toEqual(expect.any(String));
  expect(handled).toEqual([]);
});

it.each([
  ['another service', async () => (await broker.as('reporting')).publisher],
  ['ourselves', async () => Promise.resolve(app.messaging.publisher)],
])('refuses an order from %s, by any exchange, and runs no handler', async (_who, publisherOf) => {
  const publisher = await publisherOf();
  for (const way of [{}, { exchange: '', routingKey: commandQueue('orchestrator') }]) {
    await publisher.publish({ ...order(), ...way });
    const refused = await letter();
    expect(header(refused, headerNames.code)).toBe('sender_not_allowed');
    expect(header(refused, headerNames.reason)).toContain('comes from coordinator, not from');
  }
  expect(handled).toEqual([]);
});

it('refuses a fact that is not told by its owner, also by the queue itself', async () => {
  const fact = { aggregateId: 'tester-1', aggregateVersion: 1, payload: livenessChanged.sample };
  const forged = eventMessage(livenessChanged, fact, { id: uuidv7(), time: new Date() });
  const { publisher } = await broker.as('coordinator');
  for (const way of [{}, { exchange: '', routingKey: eventQueue('orchestrator') }]) {
    await publisher.publish({ ...forged, ...way });
    expect(header(await letter(), headerNames.code)).toBe('sender_not_allowed');
  }
  expect(handled).toEqual([]);
});

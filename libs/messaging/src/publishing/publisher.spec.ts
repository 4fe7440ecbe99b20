import {
  commandMessage,
  eventMessage,
  exchanges,
  startWorkflow,
  workflowStarted,
  type OutgoingMessage,
} from '@ymera/contracts';
import { silentLogger, uuidv7 } from '@ymera/kernel';
import { createMessaging, type Messaging } from '../messaging';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';

let broker: TestBroker;
let messaging: Messaging;

beforeAll(async () => {
  broker = await startTestBroker();
  messaging = createMessaging({
    url: broker.url,
    vhost: broker.vhosts.services,
    agentsVhost: broker.vhosts.agents,
    service: 'coordinator',
    logger: silentLogger,
    publishWindow: 64,
  });
});
afterAll(async () => {
  await messaging.close();
  await broker.remove();
});

const stamp = () => ({ id: uuidv7(), time: new Date() });
const order = (): OutgoingMessage => commandMessage(startWorkflow, startWorkflow.sample, stamp());

it('does not publish what breaks the contract', () => {
  const payload = { ...startWorkflow.sample, plan_digest: 'sha1:abc' };
  expect(() => commandMessage(startWorkflow, payload, stamp())).toThrow('payload_invalid');
});

it('reports exactly the unroutable ones of several messages', async () => {
  const unroutable = { ...order(), routingKey: 'unknown.v1' };
  const outcomes = await messaging.publisher.publishAll([order(), unroutable, order()]);
  expect(outcomes.map((problem) => problem?.code)).toEqual([undefined, 'unroutable', undefined]);
  const rows = [order(), { ...order(), exchange: '', routingKey: 'no-such-queue' }].map((each) => ({
    ...each,
    id: each.messageId,
  }));
  await expect(messaging.outbox.publish(rows)).resolves.toMatchObject([
    { id: rows[0]?.id, kind: 'confirmed' },
    { id: rows[1]?.id, kind: 'unroutable' },
  ]);
});

it('says that a full queue refused a message', async () => {
  const connection = await broker.connect('services');
  const channel = await connection.createChannel();
  const full = { 'x-queue-type': 'quorum', 'x-max-length': 1, 'x-overflow': 'reject-publish' };
  await channel.assertQueue('full', { durable: true, arguments: full });
  const send = () => messaging.publisher.publish({ ...order(), exchange: '', routingKey: 'full' });
  await expect(
    eventually(() =>
      send().then(
        () => false,
        (error: unknown) => error as object,
      ),
    ),
  ).resolves.toMatchObject({
    failure: { code: 'publish_refused', retryable: true },
  });
  await connection.close();
});

it('confirms everything through a window that is smaller than the whole', async () => {
  const messages = Array.from({ length: 500 }, order);
  const outcomes = await messaging.publisher.publishAll(messages);
  expect(outcomes.filter((problem) => problem !== undefined)).toEqual([]);
});

it('carries on with a new channel after the exchange was wrong, which ends the old one', async () => {
  const wrong = messaging.publisher.publish({ ...order(), exchange: 'no.such.exchange' });
  await expect(wrong).rejects.toMatchObject({ failure: { code: 'publish_unconfirmed' } });
  await expect(messaging.publisher.publish(order())).resolves.toBeUndefined();
});

it('publishes to the virtual host that the message names', async () => {
  const connection = await broker.connect('agents');
  const channel = await connection.createChannel();
  const { queue } = await channel.assertQueue('', { exclusive: true });
  await channel.bindQueue(queue, exchanges.agentsOut, 'runner-1');
  await messaging.publisher.publish({
    ...order(),
    vhost: 'agents',
    exchange: exchanges.agentsOut,
    routingKey: 'runner-1',
  });
  await expect(eventually(() => channel.get(queue, { noAck: true }))).resolves.toMatchObject({
    properties: { userId: broker.user, deliveryMode: 2 },
  });
  await connection.close();
});

it('loses nothing that it has confirmed, and doubles nothing by itself, when connections are cut', async () => {
  const connection = await broker.connect('services');
  const channel = await connection.createChannel();
  await channel.assertQueue('kept', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
  await channel.bindQueue('kept', exchanges.events, workflowStarted.key);
  await connection.close();
  const fact = { aggregateId: 'a', aggregateVersion: 1, payload: workflowStarted.sample };
  const messages = Array.from({ length: 3_000 }, () => eventMessage(workflowStarted, fact, stamp()));
  const publishing = messaging.publisher.publishAll(messages);
  await broker.cutConnections();
  const outcomes = await publishing;
  const confirmed = messages
    .filter((_message, index) => outcomes[index] === undefined)
    .map(({ messageId }) => messageId);

  const again = await broker.connect('services');
  const reader = await again.createChannel();
  const kept: string[] = [];
  const { messageCount } = await reader.checkQueue('kept');
  await reader.consume('kept', (message) => kept.push(String(message?.properties.messageId)), {
    noAck: true,
  });
  await eventually(() => kept.length >= messageCount);
  await again.close();
  const distinct = new Set(kept);
  expect(confirmed.length).toBeLessThan(messages.length);
  expect(confirmed.filter((id) => !distinct.has(id))).toEqual([]);
  expect(distinct.size).toBe(kept.length);
  expect(outcomes.every((problem) => problem === undefined || problem.retryable)).toBe(true);
}, 30_000);

import { commandQueue, deadQueue } from '@ymera/contracts';
import { silentLogger } from '@ymera/kernel';
import { RabbitConnections } from '../connection/rabbit-connections';
import { ready, take } from '../testing/broker-view';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';
import { ChannelConsumer } from './channel-consumer';
import type { Delivery } from './session';

const queue = commandQueue('orchestrator');
let broker: TestBroker;
let connections: RabbitConnections;
let consumer: ChannelConsumer;
let bodies: string[];
let handle: (delivery: Delivery) => Promise<void>;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.remove());

beforeEach(() => {
  bodies = [];
  handle = ({ session, message }) => Promise.resolve(void session.acknowledge(message));
  connections = new RabbitConnections({
    url: broker.url,
    vhost: broker.vhosts.services,
    service: 'orchestrator',
    logger: silentLogger,
  });
  consumer = new ChannelConsumer({
    queue,
    connection: connections.of('services', 'consume'),
    prefetch: 2,
    drainMs: 200,
    logger: silentLogger,
    handle: (delivery) => {
      bodies.push(delivery.message.content.toString());
      return handle(delivery);
    },
  });
  consumer.start();
});
afterEach(async () => {
  await consumer.stop();
  await connections.close();
});

async function send(...texts: string[]): Promise<void> {
  const connection = await broker.connect('services');
  const channel = await connection.createConfirmChannel();
  for (const text of texts) channel.sendToQueue(queue, Buffer.from(text));
  await channel.waitForConfirms();
  await connection.close();
}

it.each([
  ['rejects', () => Promise.reject(new Error('a bug'))],
  [
    'throws',
    () => {
      throw new RangeError('Maximum call stack size exceeded');
    },
  ],
])('rejects to the dead-letter exchange what its handling %s on, whole, and goes on', async (_how, fails) => {
  const good = handle;
  handle = (delivery) => (delivery.message.content.toString() === 'good' ? good(delivery) : fails());
  await send('bad 1', 'bad 2', 'bad 3', 'good');
  await eventually(() => bodies.includes('good'));
  const dead = [];
  for (let at = 0; at < 3; at += 1) dead.push(await take(broker, 'services', deadQueue('orchestrator')));
  expect(dead.map(({ content }) => content.toString()).sort()).toEqual(['bad 1', 'bad 2', 'bad 3']);
  expect(dead[0]?.properties.headers?.['x-death']).toMatchObject([{ queue, reason: 'rejected' }]);
  await consumer.stop();
  await expect(ready(broker, 'services', queue)).resolves.toBe(0);
});

it('consumes again after its connection was cut, and gets what it had not settled', async () => {
  handle = () => Promise.resolve();
  await send('one');
  await eventually(() => bodies.length === 1);
  await broker.cutConnections();
  await eventually(() => bodies.length === 2, 20_000);
  expect(bodies).toEqual(['one', 'one']);
  expect(consumer.isConsuming).toBe(true);
  // What was never settled goes back once more.
  await consumer.stop();
  await take(broker, 'services', queue);
}, 30_000);

it('waits for what is being handled when it stops, and hands out nothing more', async () => {
  let finish = (): void => undefined;
  handle = ({ session, message }) =>
    new Promise((resolve) => {
      finish = () => {
        session.acknowledge(message);
        resolve();
      };
    });
  await send('one');
  await eventually(() => bodies.length === 1);
  const stopped = consumer.stop();
  expect(consumer.stopping.aborted).toBe(true);
  finish();
  await stopped;
  await send('two');
  await expect(ready(broker, 'services', queue)).resolves.toBe(1);
  expect(bodies).toEqual(['one']);
  await take(broker, 'services', queue);
});

import { silentLogger } from '@ymera/kernel';
import { createServer, type AddressInfo } from 'node:net';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';
import { LiveChannel, type ChannelEpoch } from './live-channel';
import { RabbitConnection } from './rabbit-connection';
import { addressOf } from './rabbit-connections';

const backoff = { baseMs: 5, maxMs: 20 };
let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.remove());

const opened: RabbitConnection[] = [];
afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.close())));

function connectionTo(url: string): RabbitConnection {
  const connection = new RabbitConnection({
    name: 'test',
    address: addressOf(url, broker.vhosts.services),
    logger: silentLogger,
    connectTimeoutMs: 300,
    backoff,
  });
  opened.push(connection);
  return connection;
}

it('is well before anybody has used it, and after it was opened', async () => {
  const connection = connectionTo(broker.url);
  expect(connection.problem).toBeUndefined();
  await connection.open();
  expect(connection.problem).toBeUndefined();
  expect(connection.user).toBe(broker.user);
});

it('comes back after the broker has ended it', async () => {
  const connection = connectionTo(broker.url);
  const first = await connection.open();
  await broker.cutConnections();
  await eventually(async () => {
    const model = await connection.open();
    if (model === first) return false;
    await (await model.createChannel()).close();
    return true;
  });
});

it('says what is wrong while it cannot connect, and closes at once', async () => {
  const server = createServer(() => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Accepts, and then says nothing.
  const mute = connectionTo(`amqp://test:test@127.0.0.1:${(server.address() as AddressInfo).port}`);
  const codes: Promise<unknown>[] = [
    mute.open().catch((error: { failure: { code: string } }) => error.failure.code),
  ];
  await eventually(() => mute.problem?.includes('ETIMEDOUT'));
  const refused = connectionTo('amqp://test:test@127.0.0.1:1');
  codes.push(refused.open().catch((error: { failure: { code: string } }) => error.failure.code));
  await eventually(() => refused.problem?.includes('ECONNREFUSED'));
  await Promise.all([mute.close(), refused.close()]);
  await expect(Promise.all(codes)).resolves.toEqual(['broker_closed', 'broker_closed']);
  server.close();
});

it('opens a channel again whose consumer has failed, in a new epoch', async () => {
  const connection = connectionTo(broker.url);
  const epochs: ChannelEpoch[] = [];
  const channel = new LiveChannel(connection, {
    name: 'test',
    logger: silentLogger,
    confirms: false,
    opened: async (epoch) => {
      epochs.push(epoch);
      return Promise.resolve();
    },
    lost: () => undefined,
  });
  channel.start();
  const first = await eventually(() => channel.current);
  await expect(first.channel.checkQueue('there is no such queue')).rejects.toThrow('NOT_FOUND');
  const second = await eventually(() => channel.current !== first && channel.current);
  expect(first.live).toBe(false);
  expect(second?.live).toBe(true);
  expect(epochs).toHaveLength(2);
  await channel.stop();
});

it('tries again to set a channel up, until that works', async () => {
  const connection = connectionTo(broker.url);
  let attempts = 0;
  const channel = new LiveChannel(connection, {
    name: 'test',
    logger: silentLogger,
    confirms: false,
    opened: async ({ channel: opened }) => {
      attempts += 1;
      if (attempts < 3) await opened.checkQueue('there is no such queue');
    },
    lost: () => undefined,
  });
  channel.start();
  await eventually(() => channel.current);
  expect(attempts).toBe(3);
  await channel.stop();
});

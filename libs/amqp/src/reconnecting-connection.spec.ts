import { silentLogger } from '@ymera/kernel';
import { eventually, leakGuard, SeverableRoute, testVhosts, type TestVhosts } from '@ymera/testing';
import { createServer, type AddressInfo } from 'node:net';
import { amqpAddress } from './amqp-address';
import { isAccessRefused } from './open-connection';
import { ReconnectingChannel, type ChannelEpoch } from './reconnecting-channel';
import { ReconnectingConnection, type ReconnectingConnectionOptions } from './reconnecting-connection';

const backoff = { baseMs: 5, maxMs: 20 };
let broker: TestVhosts;
let route: SeverableRoute;
beforeAll(async () => {
  broker = await testVhosts();
  route = await SeverableRoute.to(broker.url);
});
afterAll(async () => {
  await route.close();
  await broker.close();
});

const opened: ReconnectingConnection[] = [];
afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.close())));

function connectionTo(
  url: string,
  options: Partial<ReconnectingConnectionOptions> = {},
): ReconnectingConnection {
  const connection = new ReconnectingConnection({
    name: 'test',
    address: amqpAddress({ url, vhost: broker.servicesVhost }),
    logger: silentLogger,
    connectTimeoutMs: 300,
    backoff,
    ...options,
  });
  opened.push(connection);
  return connection;
}

it('is well before anybody has used it, and after it was opened', async () => {
  const connection = connectionTo(broker.url);
  expect(connection.problem).toBeUndefined();
  await connection.open();
  expect(connection.problem).toBeUndefined();
  expect(connection.user).toBe(decodeURIComponent(new URL(broker.url).username));
});

it('comes back after it was cut', async () => {
  const losses: unknown[] = [];
  const connection = connectionTo(route.url, { lost: (error) => losses.push(error) });
  const first = await connection.open();
  route.cut();
  route.restore();
  await eventually(async () => {
    const model = await connection.open();
    expect(model).not.toBe(first);
    await (await model.createChannel()).close();
  });
  expect(losses.length).toBeGreaterThan(0);
});

it('says what is wrong while it cannot connect, and closes at once', async () => {
  const server = createServer((socket) => socket.resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Accepts, and then says nothing.
  const mute = connectionTo(`amqp://test:test@127.0.0.1:${(server.address() as AddressInfo).port}`);
  const codes: Promise<unknown>[] = [
    mute.open().catch((error: { failure: { code: string } }) => error.failure.code),
  ];
  await eventually(() => expect(mute.problem).toContain('ETIMEDOUT'));
  const refused = connectionTo('amqp://test:test@127.0.0.1:1');
  codes.push(refused.open().catch((error: { failure: { code: string } }) => error.failure.code));
  await eventually(() => expect(refused.problem).toContain('ECONNREFUSED'));
  await Promise.all([mute.close(), refused.close()]);
  await expect(Promise.all(codes)).resolves.toEqual(['broker_closed', 'broker_closed']);
  server.close();
});

it('opens a channel again whose consumer has failed, in a new epoch', async () => {
  const connection = connectionTo(broker.url);
  const epochs: ChannelEpoch[] = [];
  const channel = new ReconnectingChannel(connection, {
    name: 'test',
    logger: silentLogger,
    confirms: false,
    opened: async (epoch) => {
      epochs.push(epoch);
      return Promise.resolve();
    },
  });
  channel.start();
  const current = (): Promise<ChannelEpoch> =>
    eventually(() => {
      if (channel.current === undefined) throw new Error('no channel is open');
      return channel.current;
    });
  const first = await current();
  await expect(first.channel.checkQueue('there is no such queue')).rejects.toThrow('NOT_FOUND');
  await eventually(() => expect(epochs).toHaveLength(2));
  const second = await current();
  expect(second).not.toBe(first);
  expect(first.live).toBe(false);
  expect(second.live).toBe(true);
  expect(epochs).toHaveLength(2);
  await channel.stop();
});

it('tries again to set a channel up, until that works', async () => {
  const connection = connectionTo(broker.url);
  let attempts = 0;
  const channel = new ReconnectingChannel(connection, {
    name: 'test',
    logger: silentLogger,
    confirms: false,
    opened: async ({ channel: opened }) => {
      attempts += 1;
      if (attempts < 3) await opened.checkQueue('there is no such queue');
    },
  });
  channel.start();
  await eventually(() => expect(channel.current).toBeDefined());
  expect(attempts).toBe(3);
  await channel.stop();
});

it('waits as long as it is told to after a refusal, on a connection and on a channel', async () => {
  const refusals: unknown[] = [];
  const minDelayMs = (error: unknown): Promise<number> => {
    refusals.push(error);
    return Promise.resolve(60_000);
  };
  const url = new URL(broker.url);
  url.password = 'wrong';
  connectionTo(url.href, { minDelayMs })
    .open()
    .catch(() => undefined);
  await eventually(() => expect(refusals).toHaveLength(1));
  expect(isAccessRefused(refusals[0])).toBe(true);

  const channel = new ReconnectingChannel(connectionTo(broker.url), {
    name: 'test',
    logger: silentLogger,
    confirms: false,
    opened: async ({ channel: each }) => {
      await each.checkQueue('there is no such queue');
    },
    minDelayMs,
  });
  channel.start();
  await eventually(() => expect(refusals).toHaveLength(2));
  await channel.stop();
});

leakGuard();

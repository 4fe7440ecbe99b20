import { agentQueue } from '@ymera/contracts';
import { silentLogger } from '@ymera/kernel';
import { eventually, leakGuard, SeverableRoute, testVhosts, type TestVhosts } from '@ymera/testing';
import { connect } from 'amqplib';
import { BrokerLink } from './broker-link';

describe('BrokerLink', () => {
  const queue = agentQueue('link-tester');
  let broker: TestVhosts;
  let route: SeverableRoute;
  let link: BrokerLink;
  let connected: () => void;

  beforeAll(async () => {
    broker = await testVhosts();
    const connection = await connect(`${broker.url}/${encodeURIComponent(broker.agentsVhost)}`);
    await (await connection.createChannel()).assertQueue(queue, { durable: true });
    await connection.close();
  });
  beforeEach(async () => {
    route = await SeverableRoute.to(broker.url);
    connected = () => undefined;
    const { username, password } = new URL(broker.url);
    link = new BrokerLink({
      address: { url: route.url.replace(/\/\/.*@/, '//'), vhost: broker.agentsVhost, queue },
      principalId: decodeURIComponent(username),
      credential: decodeURIComponent(password),
      logger: silentLogger,
      onConnected: () => {
        connected();
      },
      onDelivery: () => undefined,
      onRefused: () => Promise.resolve(0),
    });
  });
  afterEach(async () => {
    await link.close();
    await route.close();
  });
  afterAll(() => broker.close());

  const isUp = () => eventually(() => expect(link.isUp).toBe(true), { timeoutMs: 10_000 });

  it('reconnects although its connection died while it was being closed', async () => {
    let lives = 0;
    connected = () => {
      lives += 1;
      if (lives > 1) return;
      route.hang();
      // After the close was written, which is never answered.
      setImmediate(() => {
        route.cut();
        route.restore();
      });
      throw new Error('a bug');
    };
    link.open();
    await eventually(() => expect(lives).toBe(2), { timeoutMs: 10_000 });
    await isUp();
  });

  it('closes within its timeout though the broker does not answer', async () => {
    link.open();
    await isUp();
    route.hang();
    const at = performance.now();
    await link.close();
    expect(performance.now() - at).toBeLessThan(5_000);
  });

  it('leaves no connection behind when it is closed while it connects', async () => {
    route.hang();
    link.open();
    const closed = link.close();
    route.restore();
    await closed;
    expect(link.isUp).toBe(false);
  });

  leakGuard();
});

import { agentQueues, exchanges } from '@ymera/contracts';
import { silentLogger } from '@ymera/kernel';
import { createMessaging, type Messaging } from '../messaging';
import { eventually } from '../testing/eventually';
import { startTestBroker, type TestBroker } from '../testing/test-broker';

let broker: TestBroker;

beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.remove());

const messagingAs = (url: string): Messaging =>
  createMessaging({
    url,
    vhost: broker.vhosts.services,
    agentsVhost: broker.vhosts.agents,
    service: 'orchestrator',
    logger: silentLogger,
  });
const depth = (messaging: Messaging) => messaging.depth('agents', agentQueues.results);
const known = (messaging: Messaging, expected: number) =>
  eventually(async () => (await depth(messaging).catch(() => -1)) === expected);

it('counts what waits in a queue, with no more rights than a service has', async () => {
  const messaging = messagingAs(await broker.addServiceUser('orchestrator'));
  await known(messaging, 0);
  const connection = await broker.connect('agents');
  const channel = await connection.createConfirmChannel();
  for (let index = 0; index < 7; index += 1)
    channel.publish(exchanges.agentsIn, 'result.0.runner-1', Buffer.from('{}'));
  await channel.waitForConfirms();
  await known(messaging, 7);
  await connection.close();
  await messaging.close();
});

it('has no answer while the connection is lost, and has one again by itself', async () => {
  const messaging = messagingAs(broker.url);
  await known(messaging, 7);
  await broker.cutConnections();
  await known(messaging, -1);
  await known(messaging, 7);
  await messaging.close();
});

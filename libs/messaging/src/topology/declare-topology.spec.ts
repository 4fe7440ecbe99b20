import { agentQueues, eventQueue, topology } from '@ymera/contracts';
import { startTestBroker, type TestBroker } from '../testing/test-broker';
import { declareTopology } from './declare-topology';

let broker: TestBroker;
beforeAll(async () => {
  broker = await startTestBroker();
});
afterAll(() => broker.remove());

it('declares queues where they belong, and again without a change', async () => {
  await declareTopology(broker.url, topology(1), broker.vhosts);
  for (const [vhost, queue] of [
    ['services', eventQueue('audit')],
    ['agents', agentQueues.results],
  ] as const) {
    const connection = await broker.connect(vhost);
    const channel = await connection.createChannel();
    await expect(channel.checkQueue(queue)).resolves.toMatchObject({ queue });
    await connection.close();
  }
});

it('refuses what differs from what is there', async () => {
  const [first] = topology(1).queues;
  if (first === undefined) throw new Error('a topology without queues');
  const changed = { ...first, arguments: { ...first.arguments, 'x-delivery-limit': 7 } };
  await expect(
    declareTopology(broker.url, { exchanges: [], bindings: [], queues: [changed] }, broker.vhosts),
  ).rejects.toThrow('PRECONDITION_FAILED');
});

import { uuidv7 } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import { RecordingPublisher } from '../testing/recording-publisher';
import { counterService, type CounterService } from '../testing/counter-service';
import { PostgresDelayedDelivery } from './delayed-delivery';
import { OutboxRelay } from './outbox-relay';

describe('PostgresDelayedDelivery', () => {
  let service: CounterService;
  beforeAll(async () => {
    service = await counterService();
  });
  afterAll(() => service.end());

  it('brings a delivery back to its own queue, unchanged, when it is due and not before', async () => {
    const publisher = new RecordingPublisher();
    const relay = new OutboxRelay({ database: service.database, publisher, service: 'registry' });
    await relay.start();
    const message = {
      vhost: 'agents',
      messageId: uuidv7(),
      type: 'result',
      headers: { 'x-ymera-attempts': 2, 'x-ymera-sender': 'runner-1' },
      body: Buffer.from([0, 255, 10, 128]),
    } as const;
    const retryAt = new Date(Date.now() + 1200);
    await new PostgresDelayedDelivery(service.database).schedule({
      ...message,
      queue: 'orchestrator.results',
      retryAt,
    });
    await eventually(() => expect(publisher.published).toHaveLength(1));
    expect(Date.now()).toBeGreaterThanOrEqual(retryAt.getTime() - 50);
    expect(Date.now()).toBeLessThan(retryAt.getTime() + 700);
    expect(publisher.published[0]).toMatchObject({
      ...message,
      exchange: '',
      routingKey: 'orchestrator.results',
    });
    await eventually(async () => expect(await service.outboxIds()).toEqual([]));
    await relay.stop();
  });

  it('brings a delivery whose time has passed back with the next sweep', async () => {
    const publisher = new RecordingPublisher();
    const relay = new OutboxRelay({ database: service.database, publisher, service: 'registry' });
    await new PostgresDelayedDelivery(service.database).schedule({
      vhost: 'services',
      queue: 'registry.commands',
      retryAt: new Date(0),
      messageId: 'm',
      type: 't',
      headers: {},
      body: Buffer.from('{}'),
    });
    await relay.start();
    await eventually(() => expect(publisher.published).toHaveLength(1), { timeoutMs: 700 });
    await relay.stop();
  });
});

leakGuard();

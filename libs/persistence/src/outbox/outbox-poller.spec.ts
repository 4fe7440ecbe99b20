import { silentLogger } from '@ymera/kernel';
import { eventually, leakGuard } from '@ymera/testing';
import { counterService, sendFact, type CounterService } from '../testing/counter-service';
import { OutboxMetrics } from './outbox-metrics';
import type { OutboxPublisher } from './outbox-publisher';
import { OutboxPoller } from './outbox-poller';

describe('OutboxPoller', () => {
  let service: CounterService;
  beforeAll(async () => {
    service = await counterService();
  });
  afterEach(() => jest.useRealTimers());
  afterAll(() => service.end());

  it('settles what it has before the database ends its session, though no publication is answered', async () => {
    await service.unitOfWork().run(async (tx) => {
      for (let index = 0; index < 3; index += 1) await sendFact(tx.outbox, `agent-${index}`);
    });
    await service.database.sql.query('UPDATE outbox SET attempts = 3, available_at = now()');
    const settled = async () =>
      (await service.database.sql.query('SELECT FROM outbox WHERE attempts > 3')).length;
    // Only what decides how long a publication takes: connections and waits go by the real clock.
    jest.useFakeTimers({
      doNotFake: ['Date', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'setInterval'],
    });
    const settledBefore: number[] = [];
    const silent: OutboxPublisher = {
      publish: async () => {
        settledBefore.push(await settled());
        setImmediate(() => jest.advanceTimersByTime(10_000));
        return new Promise(() => undefined);
      },
    };
    const metrics = new OutboxMetrics('registry');
    const poller = new OutboxPoller(service.database, silent, () => [], metrics, silentLogger);
    poller.start();
    await eventually(() => expect(settledBefore.length).toBeGreaterThanOrEqual(2), { timeoutMs: 10_000 });
    await poller.stop();
    expect(settledBefore.slice(0, 2)).toEqual([0, 1]);
  });
});

leakGuard();

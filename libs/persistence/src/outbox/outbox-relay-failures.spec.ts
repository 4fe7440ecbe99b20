import { renderMetrics } from '@ymera/observability';
import { eventually, leakGuard } from '@ymera/testing';
import { sendFact } from '../testing/counter-service';
import { RecordingPublisher } from '../testing/recording-publisher';
import type { OutboxPublisher } from './outbox-publisher';
import { confirmed, failed, gate, relayedService, unroutable } from '../testing/relayed-service';

describe('OutboxRelay when publications fail or it stops', () => {
  const relayed = relayedService();
  const { relayOf, started, commitAndDie, expectEmpty, makeDue } = relayed;

  it('publishes again when the connection dies between the publication and the deletion', async () => {
    await commitAndDie();
    await makeDue();
    let kills = 0;
    const publisher = new RecordingPublisher(async (row) => {
      if (kills === 0) {
        kills += 1;
        await relayed.service.killSessions(`state = 'idle in transaction'`);
      }
      return confirmed(row);
    });
    await started(publisher);
    await eventually(async () => {
      expect(publisher.published).toHaveLength(2);
      expect(await relayed.service.outboxIds()).toEqual([]);
    });
    expect(new Set(publisher.published.map(({ id }) => id)).size).toBe(1);
  });

  it('keeps messages while the broker is away and delivers them soon after it is back', async () => {
    let isUnavailable = true;
    const publisher = new RecordingPublisher((row) => (isUnavailable ? failed(row) : confirmed(row)));
    const relay = await started(publisher);
    await relayed.service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox));
    await eventually(() => expect(publisher.published.length).toBeGreaterThanOrEqual(3), {
      timeoutMs: 15_000,
    });
    expect(await relayed.service.outboxIds()).toHaveLength(1);
    isUnavailable = false;
    await eventually(async () => expect(await relayed.service.outboxIds()).toEqual([]), { timeoutMs: 8000 });
  }, 30_000);

  it('keeps a message that no queue takes, backs off, and delivers it once there is a queue', async () => {
    let hasQueue = false;
    const publisher = new RecordingPublisher((row) => (hasQueue ? confirmed(row) : unroutable(row)));
    await started(publisher);
    await commitAndDie();
    const attempts = async () =>
      relayed.service.database.sql.query<{ attempts: number; last_error: string; wait: number }>(
        'SELECT attempts, last_error, extract(epoch FROM available_at - clock_timestamp())::float8 AS wait FROM outbox',
      );
    await eventually(async () => expect((await attempts())[0]?.attempts).toBe(2), { timeoutMs: 8000 });
    expect(await attempts()).toMatchObject([{ last_error: 'NO_ROUTE' }]);
    expect((await attempts())[0]?.wait).toBeGreaterThan(1);
    expect((await renderMetrics()).body).toMatch(
      /ymera_outbox_published_total\{service="registry",way="sweep",outcome="unroutable"\} [1-9]/,
    );
    hasQueue = true;
    await makeDue();
    await expectEmpty();
  }, 15_000);

  it('does not let one message that breaks every publication hold up the others', async () => {
    // As a broker that closes the channel for it: everything published together with it fails.
    const publisher: OutboxPublisher = {
      publish: async (rows) =>
        rows.some(({ body }) => body.includes('"poison"')) ? rows.map(failed) : rows.map(confirmed),
    };
    await relayed.service.unitOfWork().run(async (tx) => {
      await sendFact(tx.outbox, 'poison');
      for (let index = 0; index < 5; index += 1) await sendFact(tx.outbox, `agent-${index}`);
    });
    await started(publisher);
    await eventually(
      async () => {
        await makeDue();
        const left = await relayed.service.database.sql.query<{ body: Buffer }>('SELECT body FROM outbox');
        expect(left.map(({ body }) => body.includes('"poison"'))).toEqual([true]);
      },
      { timeoutMs: 10_000, intervalMs: 200 },
    );
  }, 15_000);

  it('leaves to the sweep what does not fit into memory while the broker is slow', async () => {
    const held = gate();
    const publisher = new RecordingPublisher(async (row) => {
      await held.opened;
      return confirmed(row);
    });
    const relay = relayOf(publisher);
    const work = relayed.service.unitOfWork({ relay });
    const large = async (agentId: string) => {
      await work.run(async (tx) => {
        for (let index = 0; index < 10; index += 1)
          await sendFact(tx.outbox, agentId + 'x'.repeat(100) + index);
      });
    };
    for (let index = 0; index < 520; index += 1) await large(`agent-${index}`);
    expect(await relayed.service.outboxIds()).toHaveLength(5200);
    held.open();
    await eventually(async () => expect(await relayed.service.outboxIds()).toHaveLength(200));
    expect(publisher.published).toHaveLength(5000);
    await relay.start();
    await expectEmpty();
  }, 30_000);

  it('publishes what it holds before it stops, and leaves later commits to others', async () => {
    const held = gate();
    const publisher = new RecordingPublisher(async (row) => {
      await held.opened;
      return confirmed(row);
    });
    const relay = await started(publisher);
    const work = relayed.service.unitOfWork({ relay });
    await work.run((tx) => sendFact(tx.outbox, 'before'));
    const stopped = relay.stop();
    held.open();
    await stopped;
    expect(await relayed.service.outboxIds()).toEqual([]);
    await work.run((tx) => sendFact(tx.outbox, 'after'));
    expect(publisher.published).toHaveLength(1);
    expect(await relayed.service.outboxIds()).toHaveLength(1);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('a bug'))],
    [
      'throws',
      () => {
        throw new Error('a bug');
      },
    ],
    ['forgets a row', () => Promise.resolve([])],
  ])('loses nothing when a publisher %s', async (_, publish) => {
    const publisher = {
      calls: 0,
      publish() {
        this.calls += 1;
        return publish();
      },
    };
    const relay = relayOf(publisher);
    await relayed.service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox));
    await eventually(() => expect(publisher.calls).toBe(1));
    await relay.stop();
    expect(await relayed.service.outboxIds()).toHaveLength(1);
  });
});

leakGuard();

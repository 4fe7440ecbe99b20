import { uuidv7, sleep } from '@ymera/kernel';
import { renderMetrics } from '@ymera/observability';
import { eventually, leakGuard } from '@ymera/testing';
import { counterService, sendFact, type CounterService } from '../testing/counter-service';
import { RecordingPublisher } from '../testing/recording-publisher';
import type { Database } from '../database/database';
import { makeInboxPartitions } from '../inbox/inbox-partitions';
import type { OutboxPublisher, PublishOutcome } from './outbox-publisher';
import { OutboxRelay } from './outbox-relay';

const confirmed = ({ id }: { readonly id: string }): PublishOutcome => ({ id, kind: 'confirmed' });
const failed = ({ id }: { readonly id: string }): PublishOutcome => ({
  id,
  kind: 'failed',
  reason: 'no connection',
});
const unroutable = ({ id }: { readonly id: string }): PublishOutcome => ({
  id,
  kind: 'unroutable',
  reason: 'NO_ROUTE',
});

describe('OutboxRelay', () => {
  let service: CounterService;
  const relays: OutboxRelay[] = [];
  beforeAll(async () => {
    service = await counterService();
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await service.database.sql.query('DELETE FROM outbox');
  });
  afterAll(() => service.end());

  function relayOf(publisher: OutboxPublisher, database: Database = service.database): OutboxRelay {
    const relay = new OutboxRelay({ database, publisher, service: 'registry' });
    relays.push(relay);
    return relay;
  }

  async function started(publisher: OutboxPublisher): Promise<OutboxRelay> {
    const relay = relayOf(publisher);
    await relay.start();
    return relay;
  }

  /** A process that commits and dies before it can publish. */
  const commitAndDie = (count = 1) =>
    service.unitOfWork().run(async (tx) => {
      for (let index = 0; index < count; index += 1) await sendFact(tx.outbox, `agent-${index}`, 1);
    });

  const expectEmpty = () => eventually(async () => expect(await service.outboxIds()).toEqual([]));
  const makeDue = () => service.database.sql.query('UPDATE outbox SET available_at = now()');

  it('publishes right after the commit, never before it, and deletes what is confirmed', async () => {
    const seenByOthers: string[][] = [];
    const publisher = new RecordingPublisher(async (row) => {
      // Looks from another connection whether the row is committed at the moment of its publication.
      seenByOthers.push(await service.outboxIds());
      return confirmed(row);
    });
    const relay = await started(publisher);
    await service.unitOfWork({ relay }).run(async (tx) => {
      await sendFact(tx.outbox);
      await sleep(50);
      expect(publisher.published).toEqual([]);
    });
    await eventually(() => expect(publisher.published).toHaveLength(1), { timeoutMs: 200 });
    await expectEmpty();
    expect(seenByOthers).toEqual([[publisher.published[0]?.id]]);
  });

  it('keeps a message that was published in process exactly as it was stored', async () => {
    const publisher = new RecordingPublisher(failed);
    const relay = relayOf(publisher);
    await service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox));
    await eventually(() => expect(publisher.published).toHaveLength(1));
    await relay.start();
    await eventually(() => expect(publisher.published.length).toBeGreaterThan(1));
    const [inProcess, swept] = publisher.published;
    expect(swept?.body.equals(inProcess?.body ?? Buffer.alloc(0))).toBe(true);
    for (const field of ['id', 'messageId', 'vhost', 'exchange', 'routingKey', 'type', 'headers'] as const)
      expect(swept?.[field]).toEqual(inProcess?.[field]);
  });

  it('lets commits share a publication while the broker is busy', async () => {
    const held = gate();
    const publisher = new RecordingPublisher(async (row) => {
      await held.opened;
      return confirmed(row);
    });
    const relay = await started(publisher);
    const work = service.unitOfWork({ relay });
    const agents = Array.from({ length: 200 }, (_, index) => `agent-${index}`);
    await Promise.all(agents.map((agent) => work.run((tx) => sendFact(tx.outbox, agent))));
    held.open();
    await expectEmpty();
    expect(new Set(publisher.published.map(({ id }) => id)).size).toBe(200);
    expect(publisher.published).toHaveLength(200);
    // Eight groups at once, then one of what has gathered meanwhile.
    expect(publisher.calls.length).toBeLessThanOrEqual(9);
  });

  it('sweeps what a process committed before it died, about a second and a half later at most', async () => {
    const published = new Map<string, number>();
    await started({
      publish: async (rows) => {
        for (const { id } of rows) published.set(id, performance.now());
        return rows.map(confirmed);
      },
    });
    const waits: Promise<number>[] = [];
    // At different moments of the sweep's rhythm.
    for (let round = 0; round < 10; round += 1) {
      const before = new Set(await service.outboxIds());
      await commitAndDie();
      const at = performance.now();
      const id = (await service.outboxIds()).find((one) => !before.has(one)) ?? '';
      waits.push(
        eventually(() => {
          expect(published.has(id)).toBe(true);
          return (published.get(id) ?? 0) - at;
        }),
      );
      await sleep(120);
    }
    const waited = await Promise.all(waits);
    expect(Math.min(...waited)).toBeGreaterThan(900);
    expect(Math.max(...waited)).toBeLessThan(1900);
    await expectEmpty();
  });

  it('does not sweep what its own process is still publishing', async () => {
    const held = gate();
    const publisher = new RecordingPublisher(async (row) => {
      await held.opened;
      return confirmed(row);
    });
    const relay = await started(publisher);
    await service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox));
    await sleep(2000);
    held.open();
    await expectEmpty();
    expect(publisher.published).toHaveLength(1);
  });

  it('sweeps a transaction that commits late, although younger rows were published meanwhile', async () => {
    const publisher = new RecordingPublisher();
    const relay = await started(publisher);
    let commit = (): void => undefined;
    const maySlowCommit = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const slow = service.unitOfWork().run(async (tx) => {
      await sendFact(tx.outbox, 'slow');
      await maySlowCommit;
    });
    await service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox, 'quick'));
    await expectEmpty();
    commit();
    await slow;
    await eventually(() => expect(publisher.published).toHaveLength(2));
  });

  it('publishes a backlog once, though two processes sweep it', async () => {
    await commitAndDie(1200);
    await makeDue();
    const publishers = [new RecordingPublisher(), new RecordingPublisher()];
    await Promise.all(publishers.map(started));
    await expectEmpty();
    const ids = publishers.flatMap(({ published }) => published.map(({ id }) => id));
    expect(ids).toHaveLength(1200);
    expect(new Set(ids).size).toBe(1200);
  });

  it('sweeps a backlog page by page in no time, though the statistics call the table empty', async () => {
    const filled = gate();
    const mayCommit = gate();
    const filling = service.unitOfWork().run(async (tx) => {
      await tx.sql.query(
        `INSERT INTO outbox (id, kind, message_id, vhost, exchange, routing_key, type, headers, body, available_at)
         SELECT gen_random_uuid(), 'event', 'm', 'services', 'x', 'k', 't', '{}', '', now()
         FROM generate_series(1, 30000)`,
      );
      filled.open();
      await mayCommit.opened;
    });
    await filled.opened;
    // What a vacuum at the wrong moment leaves behind: many pages and not one row.
    await service.database.sql.query('VACUUM ANALYZE outbox');
    mayCommit.open();
    await filling;
    await service.database.sql.query('ALTER TABLE outbox SET (autovacuum_enabled = false)');
    const publisher = new RecordingPublisher();
    await started(publisher);
    await eventually(() => expect(publisher.published).toHaveLength(30_000), { timeoutMs: 10_000 });
    await service.database.sql.query('ALTER TABLE outbox RESET (autovacuum_enabled)');
  }, 20_000);

  it('publishes again when the connection dies between the publication and the deletion', async () => {
    await commitAndDie();
    await makeDue();
    let kills = 0;
    const publisher = new RecordingPublisher(async (row) => {
      if (kills === 0) {
        kills += 1;
        await service.killSessions(`state = 'idle in transaction'`);
      }
      return confirmed(row);
    });
    await started(publisher);
    await eventually(async () => {
      expect(publisher.published).toHaveLength(2);
      expect(await service.outboxIds()).toEqual([]);
    });
    expect(new Set(publisher.published.map(({ id }) => id)).size).toBe(1);
  });

  it('keeps messages while the broker is away and delivers them soon after it is back', async () => {
    let isUnavailable = true;
    const publisher = new RecordingPublisher((row) => (isUnavailable ? failed(row) : confirmed(row)));
    const relay = await started(publisher);
    await service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox));
    await eventually(() => expect(publisher.published.length).toBeGreaterThanOrEqual(3), {
      timeoutMs: 15_000,
    });
    expect(await service.outboxIds()).toHaveLength(1);
    isUnavailable = false;
    await eventually(async () => expect(await service.outboxIds()).toEqual([]), { timeoutMs: 8000 });
  }, 30_000);

  it('keeps a message that no queue takes, backs off, and delivers it once there is a queue', async () => {
    let hasQueue = false;
    const publisher = new RecordingPublisher((row) => (hasQueue ? confirmed(row) : unroutable(row)));
    await started(publisher);
    await commitAndDie();
    const attempts = async () =>
      service.database.sql.query<{ attempts: number; last_error: string; wait: number }>(
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
    await service.unitOfWork().run(async (tx) => {
      await sendFact(tx.outbox, 'poison');
      for (let index = 0; index < 5; index += 1) await sendFact(tx.outbox, `agent-${index}`);
    });
    await started(publisher);
    await eventually(
      async () => {
        await makeDue();
        const left = await service.database.sql.query<{ body: Buffer }>('SELECT body FROM outbox');
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
    const work = service.unitOfWork({ relay });
    const large = async (agentId: string) => {
      await work.run(async (tx) => {
        for (let index = 0; index < 10; index += 1)
          await sendFact(tx.outbox, agentId + 'x'.repeat(100) + index);
      });
    };
    for (let index = 0; index < 520; index += 1) await large(`agent-${index}`);
    expect(await service.outboxIds()).toHaveLength(5200);
    held.open();
    await eventually(async () => expect(await service.outboxIds()).toHaveLength(200));
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
    const work = service.unitOfWork({ relay });
    await work.run((tx) => sendFact(tx.outbox, 'before'));
    const stopped = relay.stop();
    held.open();
    await stopped;
    expect(await service.outboxIds()).toEqual([]);
    await work.run((tx) => sendFact(tx.outbox, 'after'));
    expect(publisher.published).toHaveLength(1);
    expect(await service.outboxIds()).toHaveLength(1);
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
    await service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox));
    await eventually(() => expect(publisher.calls).toBe(1));
    await relay.stop();
    expect(await service.outboxIds()).toHaveLength(1);
  });

  it('reports how much waits and for how long', async () => {
    await service.database.sql.query(
      `INSERT INTO outbox (id, kind, message_id, vhost, exchange, routing_key, type, headers, body, created_at, available_at)
       VALUES ($1, 'event', 'm', 'services', 'x', 'k', 't', '{}', '', now() - interval '1 hour', now() + interval '1 hour')`,
      [uuidv7()],
    );
    await started(new RecordingPublisher());
    await eventually(async () => {
      const { body } = await renderMetrics();
      expect(body).toMatch(/ymera_outbox_rows\{service="registry"\} 1\b/);
      expect(body).toMatch(/ymera_outbox_oldest_age_seconds\{service="registry"\} 36\d\d/);
    });
  });

  it('starts while consumers of another process hold on to an inbox that it has to tidy, and tidies it after them', async () => {
    const { sql } = service.database;
    await makeInboxPartitions(sql, new Date(Date.now() - 8 * 86_400_000));
    const partitions = async () =>
      (await sql.query(`SELECT FROM pg_inherits WHERE inhparent = 'inbox'::regclass`)).length;
    const before = await partitions();
    await service.unitOfWork().run(async (tx) => {
      await tx.inbox.accept('counter', uuidv7());
      await started(new RecordingPublisher(confirmed));
    });
    await eventually(async () => expect(await partitions()).toBeLessThan(before));
  });

  it('does not start without its tables', async () => {
    const relay = relayOf(new RecordingPublisher());
    await service.database.migrateDown(2);
    await expect(relay.start()).rejects.toThrow('inbox');
    await service.database.migrateUp();
  });
});

function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

leakGuard();

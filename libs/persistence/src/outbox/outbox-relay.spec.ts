import { uuidv7, sleep } from '@ymera/kernel';
import { renderMetrics } from '@ymera/observability';
import { counterMigrations } from '../testing/counter-store';
import { eventually, leakGuard } from '@ymera/testing';
import { sendFact } from '../testing/counter-service';
import { RecordingPublisher } from '../testing/recording-publisher';
import { makeInboxPartitions } from '../inbox/inbox-partitions';
import { confirmed, failed, gate, relayedService } from '../testing/relayed-service';

describe('OutboxRelay', () => {
  const relayed = relayedService();
  const { relayOf, started, commitAndDie, expectEmpty, makeDue } = relayed;

  it('publishes right after the commit, never before it, and deletes what is confirmed', async () => {
    const seenByOthers: string[][] = [];
    const publisher = new RecordingPublisher(async (row) => {
      // Looks from another connection whether the row is committed at the moment of its publication.
      seenByOthers.push(await relayed.service.outboxIds());
      return confirmed(row);
    });
    const relay = await started(publisher);
    await relayed.service.unitOfWork({ relay }).run(async (tx) => {
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
    await relayed.service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox));
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
    const work = relayed.service.unitOfWork({ relay });
    const agents = Array.from({ length: 200 }, (_, index) => `agent-${index}`);
    await Promise.all(agents.map((agent) => work.run((tx) => sendFact(tx.outbox, agent))));
    held.open();
    await expectEmpty();
    expect(new Set(publisher.published.map(({ id }) => id)).size).toBe(200);
    expect(publisher.published).toHaveLength(200);
    // Eight groups at once, then one of what has gathered meanwhile.
    expect(publisher.calls.length).toBeLessThanOrEqual(9);
  });

  it('does not sweep what its own process is still publishing', async () => {
    const held = gate();
    const publisher = new RecordingPublisher(async (row) => {
      await held.opened;
      return confirmed(row);
    });
    const relay = await started(publisher);
    await relayed.service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox));
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
    const slow = relayed.service.unitOfWork().run(async (tx) => {
      await sendFact(tx.outbox, 'slow');
      await maySlowCommit;
    });
    await relayed.service.unitOfWork({ relay }).run((tx) => sendFact(tx.outbox, 'quick'));
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
    const filling = relayed.service.unitOfWork().run(async (tx) => {
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
    await relayed.service.database.sql.query('VACUUM ANALYZE outbox');
    mayCommit.open();
    await filling;
    await relayed.service.database.sql.query('ALTER TABLE outbox SET (autovacuum_enabled = false)');
    const publisher = new RecordingPublisher();
    await started(publisher);
    await eventually(() => expect(publisher.published).toHaveLength(30_000), { timeoutMs: 10_000 });
    await relayed.service.database.sql.query('ALTER TABLE outbox RESET (autovacuum_enabled)');
  }, 20_000);
  it('reports how much waits and for how long', async () => {
    await relayed.service.database.sql.query(
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
    const { sql } = relayed.service.database;
    await makeInboxPartitions(sql, new Date(Date.now() - 8 * 86_400_000));
    const partitions = async () =>
      (await sql.query(`SELECT FROM pg_inherits WHERE inhparent = 'inbox'::regclass`)).length;
    const before = await partitions();
    await relayed.service.unitOfWork().run(async (tx) => {
      await tx.inbox.accept('counter', uuidv7());
      await started(new RecordingPublisher(confirmed));
    });
    await eventually(async () => expect(await partitions()).toBeLessThan(before));
  });

  it('does not start without its tables', async () => {
    const relay = relayOf(new RecordingPublisher());
    await relayed.service.database.migrateDown(counterMigrations.length);
    await expect(relay.start()).rejects.toThrow('inbox');
    await relayed.service.database.migrateUp();
  });
});

leakGuard();

leakGuard();

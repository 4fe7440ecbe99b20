import { createDatabase, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { eventually, leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import { newAgent, reported, type AgentState } from '../../domain/agent-state';
import { reportingStorageSuite } from '../../testing/reporting-stores.contract';
import { reportOf } from '../../testing/reporting-fixture';
import { historyPartitionsFor, isOutdated, maintainHistory } from './history-partitions';
import { migrations } from './migrations';
import { PostgresReportingReader } from './postgres-reporting-reader';
import { reportingStores } from './postgres-reporting-stores';

describe('the PostgreSQL stores of reporting', () => {
  let test: TestDatabase;
  let database: Database;
  const unitOfWork = () => new PostgresUnitOfWork(database, { service: 'reporting' }, reportingStores);

  beforeAll(async () => {
    test = await testDatabase({ service: 'reporting', migrations });
    database = await createDatabase({ url: test.url, schema: test.schema, poolSize: 5, migrations });
    await maintainHistory(database.sql, Date.now(), 14);
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  reportingStorageSuite(() => ({
    unitOfWork: unitOfWork(),
    reader: new PostgresReportingReader(database.sql),
  }));

  it('make a new owner wait for the old owner’s writes', async () => {
    const held = await unitOfWork().run((tx) => tx.partitions.claim('old', [40], -1_000));
    const order: string[] = [];
    let takeOver: Promise<unknown> = Promise.resolve();
    await unitOfWork().run(async (tx) => {
      expect(await tx.partitions.areSuppressed('old', held)).toBe(true);
      takeOver = unitOfWork()
        .run((other) => other.partitions.claim('new', [40], 60_000))
        .then(() => order.push('taken over'));
      await new Promise((resolve) => setTimeout(resolve, 100));
      order.push('written');
    });
    await takeOver;
    expect(order).toEqual(['written', 'taken over']);
  });

  it('return an agent’s committed state only when its writers have ended', async () => {
    const agent = {
      agentId: 'settled-1',
      agentType: 'CODING' as const,
      principalId: 'runner-1',
      partition: 1,
    };
    await unitOfWork().run((tx) => tx.agents.register(agent, new Date()));
    let asked: Promise<AgentState[]> = Promise.resolve([]);
    await unitOfWork().run(async (tx) => {
      await tx.agents.saveSanctionLevel([{ ...newAgent(agent), version: 7 }]);
      asked = unitOfWork().run((other) => other.agents.settled(['settled-1']));
      await eventually(async () => {
        const waiting = await database.sql.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR SHARE OF state%'`,
        );
        expect(waiting).toHaveLength(1);
      });
    });
    expect(await asked).toMatchObject([{ version: 7 }]);
  });

  it('update an agent’s row on its own page, without touching an index', async () => {
    const agent = { agentId: 'hot-1', agentType: 'CODING' as const, principalId: 'runner-1', partition: 1 };
    await unitOfWork().run((tx) => tx.agents.register(agent, new Date()));
    for (let seq = 1; seq <= 20; seq += 1) {
      const state = reported(newAgent(agent), { session: 1, seq, taskCount: 0 }, Date.now());
      const report = reportOf({ agent_id: 'hot-1', seq });
      await unitOfWork().run((tx) => tx.agents.saveReports([{ report, receivedAt: Date.now(), state }]));
    }
    await database.sql.query('SELECT pg_stat_force_next_flush()');
    const [row] = await database.sql.query<{ updated: number; hot: number }>(
      `SELECT sum(n_tup_upd)::int AS updated, sum(n_tup_hot_upd)::int AS hot
       FROM pg_stat_user_tables WHERE relname LIKE 'agent_state_%'`,
    );
    expect(row?.updated).toBeGreaterThanOrEqual(20);
    expect(row?.hot).toBe(row?.updated);
  });

  // Mission: B8, I3
  it('have history partitions for the days around today, and drop those beyond the retention', async () => {
    const now = Date.parse('2026-03-01T12:00:00Z');
    expect(historyPartitionsFor(now).map(({ name }) => name)).toEqual([
      'report_history_20260228',
      'report_history_20260301',
      'report_history_20260302',
      'report_history_20260303',
      'report_history_20260304',
    ]);
    expect(isOutdated('report_history_20260215', now, 14)).toBe(false);
    expect(isOutdated('report_history_20260214', now, 14)).toBe(true);
    expect(isOutdated('report_history_pkey', now, 14)).toBe(false);

    await Promise.all([1, 2, 3].map(() => maintainHistory(database.sql, now, 14)));
    const names = async () =>
      (
        await database.sql.query<{ relname: string }>(
          `SELECT relname FROM pg_class WHERE relname ~ '^report_history_2026\\d{4}$' ORDER BY relname`,
        )
      ).map(({ relname }) => relname);
    expect(await names()).toEqual(
      expect.arrayContaining(['report_history_20260228', 'report_history_20260304']),
    );
    await maintainHistory(database.sql, now + 30 * 86_400_000, 14);
    expect(await names()).not.toContain('report_history_20260304');
    await maintainHistory(database.sql, Date.now(), 14);
  });

  it('can be migrated down and up again', async () => {
    for (let each = 0; each < 3; each += 1) await database.migrateDown();
    await database.migrateUp();
    expect(await database.sql.query('SELECT 1 FROM agents')).toEqual([]);
  });

  leakGuard();
});

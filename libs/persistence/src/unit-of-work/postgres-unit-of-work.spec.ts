import { FailureException, failure, uuidv7 } from '@ymera/kernel';
import { leakGuard } from '@ymera/testing';
import type { OutboxRow } from '../outbox/outbox-publisher';
import { counterService, sendFact, type CounterService } from '../testing/counter-service';

describe('PostgresUnitOfWork', () => {
  let service: CounterService;
  beforeAll(async () => {
    service = await counterService();
  });
  afterAll(() => service.end());

  it('commits state, accepted message and outbox rows together', async () => {
    const messageId = uuidv7();
    const work = service.unitOfWork();
    await work.run(async (tx) => {
      expect(await tx.inbox.accept('counter', messageId)).toBe(true);
      await tx.counters.add('together');
      await sendFact(tx.outbox);
    });
    expect(await service.counters.value('together')).toBe(1);
    expect(await service.outboxIds()).toHaveLength(1);
    expect(await work.run((tx) => tx.inbox.accept('counter', messageId))).toBe(false);
    await service.database.sql.query('DELETE FROM outbox');
  });

  it('rolls back everything when the work throws, and hands nothing over', async () => {
    const messageId = uuidv7();
    const handedOver: OutboxRow[] = [];
    const work = service.unitOfWork({ relay: { handOver: (rows) => handedOver.push(...rows) } });
    const refusal = new FailureException(failure('conflict', 'taken', 'The name is taken.'));
    const run = work.run(async (tx) => {
      await tx.inbox.accept('counter', messageId);
      await tx.counters.add('rolled-back');
      await sendFact(tx.outbox);
      throw refusal;
    });
    await expect(run).rejects.toBe(refusal);
    expect(await service.counters.value('rolled-back')).toBe(0);
    expect(await service.outboxIds()).toEqual([]);
    expect(handedOver).toEqual([]);
    expect(await work.run((tx) => tx.inbox.accept('counter', messageId))).toBe(true);
  });

  it('hands over after the commit and never before, however long the commit takes', async () => {
    const sql = service.database.sql;
    await sql.query(
      `CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END'`,
    );
    await sql.query(`CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON outbox
      DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION doze()`);
    const seen: Promise<string[]>[] = [];
    const work = service.unitOfWork({ relay: { handOver: () => seen.push(service.outboxIds()) } });
    await work.run((tx) => sendFact(tx.outbox));
    // Another connection, asked at the very moment of the handover, sees the row.
    expect((await Promise.all(seen)).map(({ length }) => length)).toEqual([1]);
    await sql.query('DROP FUNCTION doze CASCADE');
    await sql.query('DELETE FROM outbox');
  });

  it('runs work again that lost a deadlock, until both are done', async () => {
    const work = service.unitOfWork();
    await work.run(async (tx) => {
      await tx.counters.add('left');
      await tx.counters.add('right');
    });
    let runs = 0;
    const bothHoldOne = twoArrivals();
    const crossing = (first: string, second: string) =>
      work.run(async (tx) => {
        runs += 1;
        await tx.counters.add(first);
        await bothHoldOne();
        await tx.counters.add(second);
      });
    await Promise.all([crossing('left', 'right'), crossing('right', 'left')]);
    expect(runs).toBe(3);
    expect([await service.counters.value('left'), await service.counters.value('right')]).toEqual([3, 3]);
  });

  it('gives up after a bounded number of lost races, with a failure that may be retried', async () => {
    let runs = 0;
    const run = service.unitOfWork({ attempts: 3 }).run(async (tx) => {
      runs += 1;
      await tx.sql.query(`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$`);
    });
    await expect(run).rejects.toMatchObject({
      failure: { kind: 'conflict', code: 'transaction_contention', retryable: true },
    });
    expect(runs).toBe(3);
  });

  it('calls a connection that is killed in the middle a passing failure, and the next run works', async () => {
    const work = service.unitOfWork();
    const run = work.run(async (tx) => {
      await tx.counters.add('killed');
      await Promise.all([
        tx.sql.query('SELECT pg_sleep(10)'),
        service.killSessions(`query LIKE '%pg_sleep(10)%'`),
      ]);
    });
    await expect(run).rejects.toMatchObject({
      failure: { kind: 'unavailable', code: 'database_unavailable', retryable: true },
    });
    expect(await service.counters.value('killed')).toBe(0);
    expect(await work.run((tx) => tx.counters.add('killed'))).toBe(1);
  });

  it('survives a connection that dies while the work thinks', async () => {
    const run = service.unitOfWork().run(async (tx) => {
      await tx.counters.add('thinking');
      await service.killSessions(`state = 'idle in transaction'`);
      await tx.counters.add('thinking');
    });
    await expect(run).rejects.toMatchObject({ failure: { code: 'database_unavailable' } });
    expect(await service.counters.value('thinking')).toBe(0);
  });

  it('calls a statement that takes too long a timeout', async () => {
    const database = await service.connect({ statementTimeoutMs: 50, poolSize: 1 });
    const run = service.unitOfWork({}, database).run((tx) => tx.sql.query('SELECT pg_sleep(5)'));
    await expect(run).rejects.toMatchObject({ failure: { kind: 'timeout', code: 'database_timeout' } });
    await database.close();
  });

  it('calls a pool without a free connection unavailable', async () => {
    const database = await service.connect({ connectTimeoutMs: 200, poolSize: 1 });
    const work = service.unitOfWork({}, database);
    const run = work.run(() => work.run(async () => undefined));
    await expect(run).rejects.toMatchObject({ failure: { code: 'database_unavailable' } });
    await database.close();
  });

  it('returns a violated constraint unchanged', async () => {
    const run = service.unitOfWork().run((tx) => tx.sql.query(`INSERT INTO counters VALUES ('null', NULL)`));
    await expect(run).rejects.toMatchObject({ code: '23502' });
  });

  it('does not call it committed when work swallowed the error of a statement', async () => {
    const run = service.unitOfWork().run(async (tx) => {
      await tx.counters.add('swallowed');
      await tx.sql.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(run).rejects.toThrow('rolled back');
    expect(await service.counters.value('swallowed')).toBe(0);
  });

  it('refuses statements after the end of the transaction', async () => {
    const kept = await service.unitOfWork().run(async (tx) => tx.counters);
    await expect(kept.add('late')).rejects.toThrow('the transaction is over');
    expect(await service.counters.value('late')).toBe(0);
  });

  it('is READ COMMITTED whatever the server’s default', async () => {
    const level = await service
      .unitOfWork()
      .run((tx) =>
        tx.sql.query<{ level: string }>(`SELECT current_setting('transaction_isolation') AS level`),
      );
    expect(level).toEqual([{ level: 'read committed' }]);
  });
});

/** Resolves for everybody when two have called, and for later callers at once. */
function twoArrivals(): () => Promise<void> {
  let arrived = 0;
  let open = (): void => undefined;
  const both = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    arrived += 1;
    if (arrived === 2) open();
    return both;
  };
}

leakGuard();

import { createDatabase, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import { newAgent } from '../../domain/agent';
import { registryStorageSuite } from '../../testing/registry-stores.contract';
import { removeExpired } from './housekeeping';
import { migrations } from './migrations';
import { PostgresRegistryReader } from './postgres-registry-reader';
import { registryStores } from './postgres-registry-stores';

describe('the PostgreSQL stores of the registry', () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await testDatabase({ service: 'registry', migrations });
    database = await createDatabase({ url: test.url, schema: test.schema, poolSize: 5, migrations });
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  registryStorageSuite(() => ({
    unitOfWork: new PostgresUnitOfWork(database, { service: 'registry' }, registryStores),
    reader: new PostgresRegistryReader(database.sql),
  }));

  it('refuse an agent without a principal when the transaction ends', async () => {
    const unitOfWork = new PostgresUnitOfWork(database, { service: 'registry' }, registryStores);
    const orphan = unitOfWork.run((tx) =>
      tx.agents.add(
        newAgent({
          agentId: 'orphan',
          principalId: 'unknown',
          agentType: 'CODING',
          capabilities: ['x'],
          config: {},
          createdAt: new Date(),
        }),
      ),
    );
    await expect(orphan).rejects.toThrow();
  });

  it('delete expired answers and tokens, and nothing else', async () => {
    const counted = async () => {
      const [row] = await database.sql.query<{ answers: number; tokens: number }>(
        `SELECT (SELECT count(*) FROM idempotent_answers) AS answers, (SELECT count(*) FROM enrolments) AS tokens`,
      );
      return row;
    };
    const before = await counted();
    expect(before?.answers).toBeGreaterThan(0);
    await removeExpired(database.sql, new Date('2026-01-01T12:00:00Z'));
    expect(await counted()).toEqual(before);
    await removeExpired(database.sql, new Date('2027-01-01T00:00:00Z'));
    expect(await counted()).toEqual({ answers: 0, tokens: 0 });
  });

  it('can be migrated down and up again', async () => {
    await database.migrateDown();
    await database.migrateUp();
    expect(await database.sql.query('SELECT 1 FROM principals')).not.toEqual([]);
    await database.migrateDown();
    await database.migrateDown();
    await database.migrateUp();
    expect(await database.sql.query('SELECT 1 FROM principals')).toEqual([]);
  });

  leakGuard();
});

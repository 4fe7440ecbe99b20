import { createDatabase, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import type { IntegrationUnitOfWork } from '../../application/ports';
import { landed } from '../../domain/change';
import { someChange, someProject, storeContract } from '../../testing/store-contract';
import { integrationStores } from './integration-stores';
import { migrations } from './migrations';

describe('stores on PostgreSQL', () => {
  let server: TestDatabase;
  let database: Database;
  let unitOfWork: IntegrationUnitOfWork;

  beforeAll(async () => {
    server = await testDatabase({ service: 'integration', migrations });
    database = await createDatabase({ url: server.url, schema: 'integration', migrations, poolSize: 4 });
    unitOfWork = new PostgresUnitOfWork(database, { service: 'integration' }, integrationStores);
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  storeContract(() => unitOfWork);

  it('lock a project until the transaction has ended', async () => {
    const order: string[] = [];
    const locking = (project: string, name: string, meanwhile?: () => Promise<void>) =>
      unitOfWork.run(async (tx) => {
        await tx.projects.lock(project);
        await meanwhile?.();
        order.push(name);
      });
    let second = Promise.resolve();
    await locking('locked', 'first', async () => {
      second = locking('locked', 'second');
      // A later transaction on another project ends before the first one; a transaction on the same project waits.
      await locking('another', 'elsewhere');
    });
    await second;
    expect(order).toEqual(['elsewhere', 'first', 'second']);
  });

  it('reject two landed changes from one base by a unique index', async () => {
    await unitOfWork.run((tx) => tx.projects.insert(someProject('once')));
    const [one, other] = [someChange('once'), someChange('once')];
    await unitOfWork.run((tx) => tx.changes.insert(landed(one, new Date())));
    await expect(unitOfWork.run((tx) => tx.changes.insert(landed(other, new Date())))).rejects.toThrow(
      'changes_landed_once',
    );
  });

  it('read a project that was recorded before the upstream columns existed', async () => {
    await database.migrateDown(1);
    await database.sql.query(
      `INSERT INTO projects (project_id, name, source, default_branch, commands, performance, registered_by,
         request_digest, created_at) VALUES ('older', 'older', '/srv/older', 'trunk', '{"test": "make"}', '{}', 'root', 'x', now())`,
    );
    await database.migrateUp();
    expect(await unitOfWork.run((tx) => tx.projects.find('older'))).toMatchObject({
      version: 1,
      overrides: undefined,
      upstream: { branch: 'trunk', push: 'off', requireFresh: false, head: undefined, checkedAt: undefined },
    });
  });

  it('revert and reapply all migrations', async () => {
    await database.migrateDown(4);
    await expect(unitOfWork.run((tx) => tx.pauses.last())).rejects.toThrow('does not exist');
    await database.migrateDown(2);
    await expect(unitOfWork.run((tx) => tx.projects.find('x'))).rejects.toThrow('does not exist');
    await database.migrateUp();
    expect(await unitOfWork.run((tx) => tx.projects.find('x'))).toBeUndefined();
  });
});

leakGuard();

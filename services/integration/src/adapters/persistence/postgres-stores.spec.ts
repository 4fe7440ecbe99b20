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

  it('let nobody else into a locked project before the transaction has ended', async () => {
    const order: string[] = [];
    let enter = (): void => undefined;
    const entered = new Promise<void>((resolve) => (enter = resolve));
    const first = unitOfWork.run(async (tx) => {
      await tx.projects.lock('locked');
      enter();
      await new Promise((resolve) => setTimeout(resolve, 100));
      order.push('first');
    });
    await entered;
    const second = unitOfWork.run(async (tx) => {
      await tx.projects.lock('locked');
      order.push('second');
    });
    const elsewhere = unitOfWork.run(async (tx) => {
      await tx.projects.lock('another');
      order.push('elsewhere');
    });
    await Promise.all([first, second, elsewhere]);
    expect(order).toEqual(['elsewhere', 'first', 'second']);
  });

  it('cannot hold two landed changes from one base, whatever the code says', async () => {
    await unitOfWork.run((tx) => tx.projects.insert(someProject('once')));
    const [one, other] = [someChange('once'), someChange('once')];
    await unitOfWork.run((tx) => tx.changes.insert(landed(one, new Date())));
    await expect(unitOfWork.run((tx) => tx.changes.insert(landed(other, new Date())))).rejects.toThrow(
      'changes_landed_once',
    );
  });

  it('can be taken back and made again', async () => {
    await database.migrateDown();
    await expect(unitOfWork.run((tx) => tx.brake.last())).rejects.toThrow('does not exist');
    await database.migrateDown(2);
    await expect(unitOfWork.run((tx) => tx.projects.find('x'))).rejects.toThrow('does not exist');
    await database.migrateUp();
    expect(await unitOfWork.run((tx) => tx.projects.find('x'))).toBeUndefined();
  });
});

leakGuard();

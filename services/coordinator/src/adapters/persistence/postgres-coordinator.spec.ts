import { createDatabase, type Database, PostgresUnitOfWork } from '@ymera/persistence';
import { testDatabase, type TestDatabase } from '@ymera/testing';
import { coordinatorStoresSuite } from '../../testing/coordinator-stores.contract';
import { coordinatorStores } from './coordinator-stores';
import { migrations } from './migrations';

describe('the coordinator’s stores in PostgreSQL', () => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    test = await testDatabase({ service: 'coordinator', migrations });
    database = await createDatabase({ url: test.url, schema: test.schema, poolSize: 5, migrations });
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  coordinatorStoresSuite(
    () => new PostgresUnitOfWork(database, { service: 'coordinator' }, coordinatorStores),
  );

  it('refuse an approval by the requester, whatever the code says', async () => {
    const approve = database.sql.query(
      `INSERT INTO approvals (approval_id, gate_id, request_id, workflow_id, kind, subject_digest, requested_by, expires_at, state, decided_by, version)
       SELECT gen_random_uuid(), gen_random_uuid(), request_id, gen_random_uuid(), 'plan_approval', 'd', 'ada', now(), 'approved', 'ada', 1 FROM requests LIMIT 1`,
    );
    await expect(approve).rejects.toThrow(/check/);
  });

  it('migrate down and up again', async () => {
    await database.migrateDown(2);
    await database.migrateUp();
    expect(await database.sql.query('SELECT 1 FROM requests')).toEqual([]);
  });
});

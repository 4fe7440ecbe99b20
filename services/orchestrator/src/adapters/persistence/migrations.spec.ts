import { createDatabase } from '@ymera/persistence';
import { leakGuard, testDatabase } from '@ymera/testing';
import { migrations } from './migrations';

const tablesSql = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'orchestrator' ORDER BY 1`;

/** Real: PostgreSQL. */
describe('the migrations of the orchestrator', () => {
  it('can each be reverted and applied again with the same tables', async () => {
    const test = await testDatabase({ service: 'orchestrator', migrations });
    const database = await createDatabase({ url: test.url, schema: test.schema, migrations, poolSize: 2 });
    try {
      const tables = () => database.sql.query(tablesSql);
      const before = await tables();
      for (const _ of migrations) await database.migrateDown();
      expect(await database.sql.query(`SELECT to_regclass('orchestrator.workflows') AS found`)).toEqual([
        { found: null },
      ]);
      await database.migrateUp();
      expect(await tables()).toEqual(before);
    } finally {
      await database.close();
      await test.drop();
    }
  });

  leakGuard();
});

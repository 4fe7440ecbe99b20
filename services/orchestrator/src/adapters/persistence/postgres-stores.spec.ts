import { createDatabase, PostgresUnitOfWork } from '@ymera/persistence';
import { leakGuard, testDatabase } from '@ymera/testing';
import { defaultWorkflowPolicy } from '../../domain/workflow/workflow-policy';
import { describeStores } from '../../testing/stores/store-contract';
import { migrations } from './migrations';
import { postgresStores } from './postgres-stores';

/** Real: PostgreSQL. */
describeStores('on PostgreSQL', async () => {
  const test = await testDatabase({ service: 'orchestrator', migrations });
  const database = await createDatabase({ url: test.url, schema: test.schema, migrations, poolSize: 3 });
  return {
    unitOfWork: new PostgresUnitOfWork(
      database,
      { service: 'orchestrator' },
      postgresStores(defaultWorkflowPolicy),
    ),
    async close() {
      await database.close();
      await test.drop();
    },
  };
});

leakGuard();

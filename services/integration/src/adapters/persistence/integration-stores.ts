import type { SqlExecutor } from '@ymera/persistence';
import type { IntegrationStores } from '../../application/ports';
import { PostgresChangeStore } from './postgres-change-store';
import { PostgresProjectStore } from './postgres-project-store';

export const integrationStores = (sql: SqlExecutor): IntegrationStores => ({
  projects: new PostgresProjectStore(sql),
  changes: new PostgresChangeStore(sql),
});

import { PostgresPauseLog, type SqlExecutor } from '@ymera/persistence';
import type { IntegrationStores } from '../../application/ports';
import { PostgresChangeStore } from './postgres-change-store';
import { PostgresProjectStore } from './postgres-project-store';
import { PostgresWaitingLandings } from './postgres-waiting-landings';

export const integrationStores = (sql: SqlExecutor): IntegrationStores => ({
  projects: new PostgresProjectStore(sql),
  changes: new PostgresChangeStore(sql),
  pauses: new PostgresPauseLog(sql, 'landing'),
  waiting: new PostgresWaitingLandings(sql),
});

import { PostgresPauseLog, type SqlExecutor } from '@ymera/persistence';
import type { OrchestratorStores } from '../../application/ports';
import type { RunPolicy } from '../../domain/run-policy';
import { PostgresAgentDirectory } from './postgres-agent-directory';
import { PostgresAttemptStore } from './postgres-attempt-store';
import { PostgresGateStore } from './postgres-gate-store';
import { PostgresRunStore } from './postgres-run-store';
import { PostgresStepIndex } from './postgres-step-index';
import { PostgresTimerStore } from './postgres-timer-store';

export const postgresStores =
  (policy: RunPolicy) =>
  (sql: SqlExecutor): OrchestratorStores => ({
    runs: new PostgresRunStore(sql, policy),
    attempts: new PostgresAttemptStore(sql),
    timers: new PostgresTimerStore(sql),
    steps: new PostgresStepIndex(sql),
    directory: new PostgresAgentDirectory(sql),
    gates: new PostgresGateStore(sql),
    brake: new PostgresPauseLog(sql, 'dispatch'),
  });

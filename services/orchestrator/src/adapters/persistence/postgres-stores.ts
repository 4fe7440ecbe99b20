import { PostgresPauseLog, type SqlExecutor } from '@ymera/persistence';
import type { OrchestratorStores } from '../../application/ports';
import type { WorkflowPolicy } from '../../domain/workflow/workflow-policy';
import { PostgresAgentDirectory } from './postgres-agent-directory';
import { PostgresAttemptStore } from './postgres-attempt-store';
import { PostgresGateStore } from './postgres-gate-store';
import { PostgresWorkflowStore } from './postgres-workflow-store';
import { PostgresStepIndex } from './postgres-step-index';
import { PostgresTimerStore } from './postgres-timer-store';

export const postgresStores =
  (policy: WorkflowPolicy) =>
  (sql: SqlExecutor): OrchestratorStores => ({
    runs: new PostgresWorkflowStore(sql, policy),
    attempts: new PostgresAttemptStore(sql),
    timers: new PostgresTimerStore(sql),
    steps: new PostgresStepIndex(sql),
    directory: new PostgresAgentDirectory(sql),
    gates: new PostgresGateStore(sql),
    pauses: new PostgresPauseLog(sql, 'dispatch'),
  });

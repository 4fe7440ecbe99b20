import type { SqlExecutor } from '@ymera/persistence';
import type { CoordinatorStores } from '../../application/ports';
import { PostgresApprovalStore } from './postgres-approval-store';
import { PostgresRequestStore } from './postgres-request-store';
import { PostgresWorkflowOrderStore } from './postgres-workflow-order-store';

/** The stores of one transaction. */
export const coordinatorStores = (sql: SqlExecutor): CoordinatorStores => ({
  requests: new PostgresRequestStore(sql),
  orders: new PostgresWorkflowOrderStore(sql),
  approvals: new PostgresApprovalStore(sql),
});

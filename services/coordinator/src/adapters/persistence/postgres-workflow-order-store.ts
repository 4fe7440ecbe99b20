import { startWorkflow } from '@ymera/contracts';
import type { SqlExecutor } from '@ymera/persistence';
import type { WorkflowOrder, WorkflowOrderStore } from '../../application/ports';

interface Row {
  readonly request_id: string;
  readonly payload: unknown;
  readonly check_at: Date;
  readonly restarts: number;
  readonly is_confirmed: boolean;
}

const columns = 'request_id, payload, check_at, restarts, is_confirmed';

export class PostgresWorkflowOrderStore implements WorkflowOrderStore {
  constructor(private readonly sql: SqlExecutor) {}

  async insert(order: WorkflowOrder): Promise<void> {
    await this.sql.query(`INSERT INTO workflow_orders (${columns}) VALUES ($1, $2, $3, $4, $5)`, [
      order.requestId,
      order.payload ? JSON.stringify(order.payload) : null,
      order.checkAt,
      order.restarts,
      order.isConfirmed,
    ]);
  }

  async lock(requestId: string): Promise<WorkflowOrder | undefined> {
    const [row] = await this.sql.query<Row>(
      `SELECT ${columns} FROM workflow_orders WHERE request_id = $1 FOR UPDATE`,
      [requestId],
    );
    return (
      row && {
        requestId: row.request_id,
        payload: row.payload === null ? undefined : startWorkflow.payload.parse(row.payload),
        checkAt: row.check_at,
        restarts: row.restarts,
        isConfirmed: row.is_confirmed,
      }
    );
  }

  async save({ requestId, checkAt, restarts, isConfirmed }: WorkflowOrder): Promise<void> {
    await this.sql.query(
      `UPDATE workflow_orders SET check_at = $2, restarts = $3, is_confirmed = $4 WHERE request_id = $1`,
      [requestId, checkAt, restarts, isConfirmed],
    );
  }

  async takeDue(by: Date, nextCheckAt: Date, limit: number): ReturnType<WorkflowOrderStore['takeDue']> {
    const rows = await this.sql.query<{ request_id: string; workflow_id: string }>(
      `WITH due AS (
         SELECT request_id, workflow_id FROM requests LEFT JOIN workflow_orders USING (request_id)
         WHERE state = 'running' AND workflow_id IS NOT NULL AND coalesce(check_at, created_at) <= $1
         ORDER BY request_id LIMIT $3 FOR UPDATE OF requests SKIP LOCKED
       ), taken AS (
         INSERT INTO workflow_orders (request_id, check_at) SELECT request_id, $2 FROM due
         ON CONFLICT (request_id) DO UPDATE SET check_at = $2 RETURNING request_id
       )
       SELECT request_id, workflow_id FROM due JOIN taken USING (request_id) ORDER BY request_id`,
      [by, nextCheckAt, limit],
    );
    return rows.map(({ request_id, workflow_id }) => ({ requestId: request_id, workflowId: workflow_id }));
  }
}

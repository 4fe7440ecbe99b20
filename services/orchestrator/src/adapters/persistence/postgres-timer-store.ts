import type { SqlExecutor } from '@ymera/persistence';
import type { DueTimer, TimerStore } from '../../application/ports';
import type { Time } from '../../domain/workflow/workflow';
import type { Timer, TimerKind } from '../../domain/workflow/timers';
import { toDate } from './time';

export class PostgresTimerStore implements TimerStore {
  constructor(private readonly sql: SqlExecutor) {}

  async due(by: Time, limit: number): Promise<readonly DueTimer[]> {
    const rows = await this.sql.query<{ workflow_id: string; step_id: string; kind: TimerKind }>(
      `SELECT workflow_id, step_id, kind FROM timers WHERE due_at <= $1 ORDER BY due_at LIMIT $2`,
      [toDate(by), limit],
    );
    return rows.map((row) => ({ workflowId: row.workflow_id, stepId: row.step_id, kind: row.kind }));
  }

  async next(): Promise<Time | undefined> {
    const [row] = await this.sql.query<{ due_at: Date | null }>(`SELECT min(due_at) AS due_at FROM timers`);
    return row?.due_at?.getTime();
  }

  async postpone(workflowId: string, { stepId, kind, dueAt }: Timer): Promise<void> {
    await this.sql.query(
      `UPDATE timers SET due_at = $4 WHERE workflow_id = $1 AND step_id = $2 AND kind = $3`,
      [workflowId, stepId, kind, toDate(dueAt)],
    );
  }

  async postponeDue({ workflowId, stepId, kind }: DueTimer, by: Time, dueAt: Time): Promise<void> {
    await this.sql.query(
      `UPDATE timers SET due_at = $5 WHERE workflow_id = $1 AND step_id = $2 AND kind = $3 AND due_at <= $4`,
      [workflowId, stepId, kind, toDate(by), toDate(dueAt)],
    );
  }

  async drop(workflowId: string): Promise<void> {
    await this.sql.query(`DELETE FROM timers WHERE workflow_id = $1`, [workflowId]);
  }
}

import type { SqlExecutor } from '@ymera/persistence';
import type { WorkflowStore, StoredWorkflow } from '../../application/ports';
import type { Time, Workflow, WorkflowDefinition } from '../../domain/workflow/workflow';
import type { WorkflowPolicy } from '../../domain/workflow/workflow-policy';
import { projectionOf } from '../../domain/workflow/workflow-projection';
import { optionalDate, toDate } from './time';
import { writeWorkflow } from './write-workflow';

/** Only this service writes it, so it is read back without validation. */
interface Row {
  readonly definition: WorkflowDefinition;
  readonly document: Omit<Workflow, 'definition'>;
  readonly traceparent: string | null;
}

const columns = 'definition, document, traceparent';

export class PostgresWorkflowStore implements WorkflowStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly policy: WorkflowPolicy,
  ) {}

  async insert({ workflow, traceparent }: StoredWorkflow): Promise<boolean> {
    const { definition, ...document } = workflow;
    const inserted = await this.sql.query(
      `INSERT INTO workflows (workflow_id, request_id, project_id, state, definition, document, version, traceparent,
         started_at, ended_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT DO NOTHING RETURNING workflow_id`,
      [
        definition.workflow_id,
        definition.request_id,
        definition.project.project_id,
        workflow.state,
        JSON.stringify(definition),
        JSON.stringify(document),
        workflow.facts,
        traceparent ?? null,
        toDate(workflow.startedAt),
        optionalDate(workflow.endedAt),
      ],
    );
    if (inserted.length === 0) return false;
    await writeWorkflow(this.sql, workflow, undefined, projectionOf(workflow, this.policy));
    return true;
  }

  async lock(workflowId: string): Promise<StoredWorkflow | undefined> {
    const [row] = await this.sql.query<Row>(
      `SELECT ${columns} FROM workflows WHERE workflow_id = $1 FOR UPDATE`,
      [workflowId],
    );
    return row && { workflow: workflowOfRow(row), traceparent: row.traceparent ?? undefined };
  }

  async save(before: Workflow, after: Workflow): Promise<void> {
    await writeWorkflow(this.sql, after, projectionOf(before, this.policy), projectionOf(after, this.policy));
  }

  async find(workflowId: string): Promise<Workflow | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM workflows WHERE workflow_id = $1`, [
      workflowId,
    ]);
    return row && workflowOfRow(row);
  }

  async page({ state, before, limit }: Parameters<WorkflowStore['page']>[0]): Promise<readonly Workflow[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM workflows
       WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR workflow_id < $2)
       ORDER BY workflow_id DESC LIMIT $3`,
      [state ?? null, before ?? null, limit],
    );
    return rows.map(workflowOfRow);
  }

  async deleteEndedBefore(time: Time, limit: number): Promise<number> {
    const deleted = await this.sql.query(
      `WITH old AS (
         SELECT workflow_id FROM workflows WHERE ended_at < $1 AND state <> 'running'
         ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED
       ), decisions AS (
         DELETE FROM gate_decisions USING gates JOIN old USING (workflow_id)
         WHERE gate_decisions.gate_id = gates.gate_id
       )
       DELETE FROM workflows USING old WHERE workflows.workflow_id = old.workflow_id RETURNING 1`,
      [toDate(time), limit],
    );
    return deleted.length;
  }

  async deleteLogsOfEndedBefore(time: Time, limit: number): Promise<number> {
    const rows = await this.sql.query<{ workflow_id: string }>(
      `WITH old AS (
         SELECT workflow_id FROM workflows
         WHERE ended_at < $1 AND state <> 'running' AND EXISTS (
           SELECT FROM task_attempts JOIN task_logs USING (task_id, attempt)
           WHERE task_attempts.workflow_id = workflows.workflow_id)
         ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED
       ), logs AS (
         DELETE FROM task_logs USING task_attempts JOIN old USING (workflow_id)
         WHERE task_logs.task_id = task_attempts.task_id AND task_logs.attempt = task_attempts.attempt
       )
       SELECT workflow_id FROM old`,
      [toDate(time), limit],
    );
    return rows.length;
  }

  async repair(workflow: Workflow): Promise<void> {
    const workflowId = workflow.definition.workflow_id;
    await this.sql.query(`DELETE FROM timers WHERE workflow_id = $1`, [workflowId]);
    const projection = projectionOf(workflow, this.policy);
    await this.sql.query(`DELETE FROM active_steps WHERE workflow_id = $1 AND step_id <> ALL($2::text[])`, [
      workflowId,
      projection.activeSteps.map(({ stepId }) => stepId),
    ]);
    await writeWorkflow(this.sql, workflow, undefined, projection);
  }
}

const workflowOfRow = ({ definition, document }: Row): Workflow => ({ ...document, definition });

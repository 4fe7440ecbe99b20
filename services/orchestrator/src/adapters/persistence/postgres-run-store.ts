import type { SqlExecutor } from '@ymera/persistence';
import type { RunStore, StoredRun } from '../../application/ports';
import type { Run, WorkflowDefinition } from '../../domain/run';
import type { RunPolicy } from '../../domain/run-policy';
import { projectionOf } from '../../domain/run-projection';
import { optionalDate, toDate } from './time';
import { writeRun } from './write-run';

/** Written by this service alone, so it is read back without being checked. */
interface Row {
  readonly definition: WorkflowDefinition;
  readonly document: Omit<Run, 'definition'>;
  readonly traceparent: string | null;
}

const columns = 'definition, document, traceparent';

export class PostgresRunStore implements RunStore {
  constructor(
    private readonly sql: SqlExecutor,
    private readonly policy: RunPolicy,
  ) {}

  async insert({ run, traceparent }: StoredRun): Promise<boolean> {
    const { definition, ...document } = run;
    const inserted = await this.sql.query(
      `INSERT INTO workflows (workflow_id, request_id, project_id, state, definition, document, version, traceparent,
         started_at, ended_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
       ON CONFLICT DO NOTHING RETURNING workflow_id`,
      [
        definition.workflow_id,
        definition.request_id,
        definition.project.project_id,
        run.state,
        JSON.stringify(definition),
        JSON.stringify(document),
        run.facts,
        traceparent ?? null,
        toDate(run.startedAt),
        optionalDate(run.endedAt),
      ],
    );
    if (inserted.length === 0) return false;
    await writeRun(this.sql, run, undefined, projectionOf(run, this.policy));
    return true;
  }

  async lock(workflowId: string): Promise<StoredRun | undefined> {
    const [row] = await this.sql.query<Row>(
      `SELECT ${columns} FROM workflows WHERE workflow_id = $1 FOR UPDATE`,
      [workflowId],
    );
    return row && { run: runOf(row), traceparent: row.traceparent ?? undefined };
  }

  async save(before: Run, after: Run): Promise<void> {
    await writeRun(this.sql, after, projectionOf(before, this.policy), projectionOf(after, this.policy));
  }

  async find(workflowId: string): Promise<Run | undefined> {
    const [row] = await this.sql.query<Row>(`SELECT ${columns} FROM workflows WHERE workflow_id = $1`, [
      workflowId,
    ]);
    return row && runOf(row);
  }

  async page({ state, before, limit }: Parameters<RunStore['page']>[0]): Promise<readonly Run[]> {
    const rows = await this.sql.query<Row>(
      `SELECT ${columns} FROM workflows
       WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR workflow_id < $2)
       ORDER BY workflow_id DESC LIMIT $3`,
      [state ?? null, before ?? null, limit],
    );
    return rows.map(runOf);
  }

  async repair(run: Run): Promise<void> {
    const workflowId = run.definition.workflow_id;
    await this.sql.query(`DELETE FROM timers WHERE workflow_id = $1`, [workflowId]);
    const projection = projectionOf(run, this.policy);
    await this.sql.query(`DELETE FROM active_steps WHERE workflow_id = $1 AND step_id <> ALL($2::text[])`, [
      workflowId,
      projection.activeSteps.map(({ stepId }) => stepId),
    ]);
    await writeRun(this.sql, run, undefined, projection);
  }
}

const runOf = ({ definition, document }: Row): Run => ({ ...document, definition });

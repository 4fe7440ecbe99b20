import type { AgentType } from '@ymera/contracts';
import type { SqlExecutor } from '@ymera/persistence';
import type { Orphan, StepIndex, WaitingStep } from '../../application/ports';
import type { Time } from '../../domain/workflow/workflow';
import { toDate } from './time';

export class PostgresStepIndex implements StepIndex {
  constructor(private readonly sql: SqlExecutor) {}

  /** `since` goes to the client in milliseconds, so the order is by milliseconds as well. */
  async waiting(
    agentType: AgentType,
    after: WaitingStep | undefined,
    limit: number,
  ): Promise<readonly WaitingStep[]> {
    const rows = await this.sql.query<{ workflow_id: string; step_id: string; since: Date }>(
      `SELECT workflow_id, step_id, date_trunc('milliseconds', since) AS since FROM active_steps
       WHERE state = 'ready' AND agent_type = $1
         AND ($2::timestamptz IS NULL OR (date_trunc('milliseconds', since), workflow_id, step_id) > ($2, $3, $4))
       ORDER BY 3, 1, 2 LIMIT $5`,
      [
        agentType,
        after ? toDate(after.since) : null,
        after?.workflowId ?? null,
        after?.stepId ?? null,
        limit,
      ],
    );
    return rows.map((row) => ({
      workflowId: row.workflow_id,
      stepId: row.step_id,
      since: row.since.getTime(),
    }));
  }

  async countWaitingElsewhere(
    agentTypes: readonly AgentType[],
    workflowId: string,
  ): Promise<ReadonlyMap<AgentType, number>> {
    const rows = await this.sql.query<{ agent_type: AgentType; waiting: number }>(
      `SELECT agent_type, count(*) AS waiting FROM active_steps
       WHERE state = 'ready' AND agent_type = ANY($1) AND workflow_id <> $2 GROUP BY agent_type`,
      [agentTypes, workflowId],
    );
    return new Map(rows.map(({ agent_type, waiting }) => [agent_type, waiting]));
  }

  async countWaiting(): Promise<number> {
    const [row] = await this.sql.query<{ waiting: number }>(
      `SELECT count(*) AS waiting FROM active_steps WHERE state = 'ready' AND agent_type IS NOT NULL`,
    );
    return row?.waiting ?? 0;
  }

  async dispatchable(now: Time, agentTypes?: readonly AgentType[]): Promise<readonly AgentType[]> {
    const rows = await this.sql.query<{ agent_type: AgentType }>(
      `SELECT DISTINCT step.agent_type FROM active_steps step
       WHERE step.state = 'ready' AND step.agent_type IS NOT NULL
         AND ($1::text[] IS NULL OR step.agent_type = ANY($1))
         AND EXISTS (
           SELECT FROM agent_directory agent
           WHERE agent.agent_type = step.agent_type AND agent.status = 'registered' AND agent.liveness = 'online'
             AND agent.enforcement = 'none' AND agent.silent_until <= $2
             AND agent.slots > (
               SELECT count(*) FROM task_attempts held
               WHERE held.agent_id = agent.agent_id AND held.state IN ('offered', 'running')))`,
      [agentTypes ?? null, toDate(now)],
    );
    return rows.map(({ agent_type }) => agent_type);
  }

  async orphans(unmovedSince: Time): Promise<readonly Orphan[]> {
    const rows = await this.sql.query<{ workflow_id: string; step_id: string }>(
      `SELECT step.workflow_id, step.step_id FROM active_steps step
       WHERE step.since < $1 AND NOT EXISTS (
         SELECT FROM timers
         WHERE timers.workflow_id = step.workflow_id AND timers.step_id = step.step_id AND timers.due_at >= $1)
       UNION ALL
       SELECT run.workflow_id, '' FROM workflows run
       WHERE run.state = 'running'
         AND NOT EXISTS (SELECT FROM active_steps step WHERE step.workflow_id = run.workflow_id)
       LIMIT 1000`,
      [toDate(unmovedSince)],
    );
    return rows.map((row) => ({ workflowId: row.workflow_id, stepId: row.step_id }));
  }
}

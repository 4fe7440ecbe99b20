import type { SqlExecutor } from '@ymera/persistence';
import {
  keptLogLength,
  type AttemptStore,
  type Heartbeat,
  type ExtendedLease,
  type HeldAttempt,
} from '../../application/ports';
import type { AttemptState } from '../../domain/attempt/attempt-lifecycle';
import type { AttemptKey, Time } from '../../domain/workflow/workflow';
import { toDate } from './time';

const heldColumns = 'task_id, attempt, fencing_token, workflow_id, step_id';
const held = `state IN ('offered', 'running')`;

export class PostgresAttemptStore implements AttemptStore {
  constructor(private readonly sql: SqlExecutor) {}

  async workflowOf(taskId: string): Promise<string | undefined> {
    const [row] = await this.sql.query<{ workflow_id: string }>(
      `SELECT workflow_id FROM task_attempts WHERE task_id = $1 LIMIT 1`,
      [taskId],
    );
    return row?.workflow_id;
  }

  async extendLease(beat: Heartbeat): Promise<ExtendedLease | undefined> {
    const [row] = await this.sql.query<HeartbeatRow>(
      `WITH beating AS (
         SELECT held.task_id, held.attempt,
           (held.progress_published_at IS NULL OR held.progress_published_at <= $10) AS publishes
         FROM task_attempts held JOIN agent_directory agent USING (agent_id, credential_epoch)
         WHERE held.task_id = $1 AND held.attempt = $2 AND held.fencing_token = $3 AND held.agent_id = $4
           AND held.principal_id = $5 AND held.${held} AND agent.status = 'registered'
         FOR UPDATE OF held)
       UPDATE task_attempts AS held SET
         lease_expires_at = greatest(held.lease_expires_at, $6),
         progress = $7,
         progress_step = $8,
         progress_facts = held.progress_facts + publishes::integer,
         progress_published_at = CASE WHEN publishes THEN $9 ELSE held.progress_published_at END
       FROM beating, workflows
       WHERE held.task_id = beating.task_id AND held.attempt = beating.attempt
         AND workflows.workflow_id = held.workflow_id
       RETURNING held.workflow_id, request_id, project_id, held.step_id, traceparent, held.progress_facts, publishes`,
      [
        beat.taskId,
        beat.attempt,
        beat.fencingToken,
        beat.agentId,
        beat.principalId,
        toDate(beat.leaseExpiresAt),
        beat.progress,
        beat.step,
        toDate(beat.now),
        toDate(beat.now - beat.publishEveryMs),
      ],
    );
    return (
      row && {
        workflowId: row.workflow_id,
        requestId: row.request_id,
        projectId: row.project_id,
        stepId: row.step_id,
        traceparent: row.traceparent ?? undefined,
        fact: row.publishes ? row.progress_facts : undefined,
      }
    );
  }

  async stateOf(key: Parameters<AttemptStore['stateOf']>[0]): Promise<AttemptState | undefined> {
    const [row] = await this.sql.query<{ state: AttemptState }>(
      `SELECT state FROM task_attempts
       WHERE task_id = $1 AND attempt = $2 AND fencing_token = $3 AND agent_id = $4 AND principal_id = $5`,
      [key.taskId, key.attempt, key.fencingToken, key.agentId, key.principalId],
    );
    return row?.state;
  }

  async limitsOf({
    taskId,
    attempt,
  }: AttemptKey): Promise<{ readonly lease: Time; readonly offer: Time } | undefined> {
    const [row] = await this.sql.query<{ lease_expires_at: Date; dispatch_deadline: Date }>(
      `SELECT lease_expires_at, dispatch_deadline FROM task_attempts WHERE task_id = $1 AND attempt = $2`,
      [taskId, attempt],
    );
    return row && { lease: row.lease_expires_at.getTime(), offer: row.dispatch_deadline.getTime() };
  }

  async extendAll(until: Time): Promise<void> {
    await this.sql.query(
      `UPDATE task_attempts SET lease_expires_at = greatest(lease_expires_at, $1),
         dispatch_deadline = greatest(dispatch_deadline, $1)
       WHERE ${held} AND least(lease_expires_at, dispatch_deadline) < $1`,
      [toDate(until)],
    );
  }

  async heldBy(agentId: string): Promise<readonly HeldAttempt[]> {
    const rows = await this.sql.query<HeldRow>(
      `SELECT ${heldColumns} FROM task_attempts WHERE agent_id = $1 AND ${held}`,
      [agentId],
    );
    return rows.map(heldOf);
  }

  async fencedBy(agentId: string): Promise<readonly HeldAttempt[]> {
    const rows = await this.sql.query<HeldRow>(
      `SELECT ${heldColumns} FROM task_attempts
       WHERE agent_id = $1 AND ${held}
         AND credential_epoch < (SELECT credential_epoch FROM agent_directory WHERE agent_id = $1)`,
      [agentId],
    );
    return rows.map(heldOf);
  }

  async progressOf(workflowIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.sql.query<{ task_id: string; progress: number }>(
      `SELECT task_id, progress FROM task_attempts WHERE workflow_id = ANY($1) AND ${held}`,
      [workflowIds],
    );
    return new Map(rows.map(({ task_id, progress }) => [task_id, progress]));
  }

  async appendLog(
    key: Parameters<AttemptStore['appendLog']>[0],
    { offset, chunk }: Parameters<AttemptStore['appendLog']>[1],
  ): Promise<void> {
    const added = await this.sql.query(
      `INSERT INTO task_logs (task_id, attempt, position, chunk)
       SELECT task_id, attempt, $6, $7 FROM task_attempts
       WHERE task_id = $1 AND attempt = $2 AND fencing_token = $3 AND agent_id = $4 AND principal_id = $5 AND ${held}
       ON CONFLICT DO NOTHING RETURNING task_id`,
      [key.taskId, key.attempt, key.fencingToken, key.agentId, key.principalId, offset, chunk],
    );
    if (added.length === 0) return;
    await this.sql.query(
      `WITH newest_first AS (
         SELECT position, sum(length(chunk)) OVER (ORDER BY position DESC) AS kept
         FROM task_logs WHERE task_id = $1 AND attempt = $2)
       DELETE FROM task_logs USING newest_first
       WHERE task_id = $1 AND attempt = $2 AND task_logs.position = newest_first.position AND kept > $3`,
      [key.taskId, key.attempt, keptLogLength],
    );
  }

  async logOf({ taskId, attempt }: Parameters<AttemptStore['logOf']>[0]): Promise<string> {
    const [row] = await this.sql.query<{ log: string }>(
      `SELECT coalesce(string_agg(chunk, '' ORDER BY position), '') AS log FROM task_logs
       WHERE task_id = $1 AND attempt = $2`,
      [taskId, attempt],
    );
    return row?.log ?? '';
  }
}

interface HeartbeatRow {
  readonly workflow_id: string;
  readonly request_id: string;
  readonly project_id: string;
  readonly step_id: string;
  readonly traceparent: string | null;
  readonly progress_facts: number;
  readonly publishes: boolean;
}

const heldOf = (row: HeldRow): HeldAttempt => ({
  taskId: row.task_id,
  attempt: row.attempt,
  fencingToken: row.fencing_token,
  workflowId: row.workflow_id,
  stepId: row.step_id,
});

interface HeldRow {
  readonly task_id: string;
  readonly attempt: number;
  readonly fencing_token: number;
  readonly workflow_id: string;
  readonly step_id: string;
}

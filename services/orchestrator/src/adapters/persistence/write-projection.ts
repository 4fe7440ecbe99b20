import { isDeepStrictEqual } from 'node:util';
import type { SqlExecutor } from '@ymera/persistence';
import type { AttemptOfStep, RunProjection } from '../../domain/run-projection';
import { optionalDate, toDate } from './time';

interface Difference<T> {
  readonly written: readonly T[];
  readonly removed: readonly T[];
}

/** Rows that are new or different, and rows that are gone, by what names them. */
function difference<T>(before: readonly T[], after: readonly T[], nameOf: (row: T) => string): Difference<T> {
  const old = new Map(before.map((row) => [nameOf(row), row]));
  const kept = new Set(after.map(nameOf));
  return {
    written: after.filter((row) => !isDeepStrictEqual(old.get(nameOf(row)), row)),
    removed: before.filter((row) => !kept.has(nameOf(row))),
  };
}

const nothing: RunProjection = { activeSteps: [], timers: [], attempts: [] };

/** Brings the rows beside a run's document from one state to the next; what did not change is not touched. */
export async function writeProjection(
  sql: SqlExecutor,
  workflowId: string,
  before: RunProjection = nothing,
  after: RunProjection,
): Promise<void> {
  await writeAttempts(
    sql,
    workflowId,
    difference(before.attempts, after.attempts, ({ taskId, attempt }) => `${taskId}/${attempt}`).written,
  );
  await writeSteps(
    sql,
    workflowId,
    difference(before.activeSteps, after.activeSteps, ({ stepId }) => stepId),
  );
  await writeTimers(
    sql,
    workflowId,
    difference(before.timers, after.timers, ({ stepId, kind }) => `${stepId}/${kind}`),
  );
}

/** A lease that progress has extended further is never shortened. */
export async function writeAttempts(
  sql: SqlExecutor,
  workflowId: string,
  attempts: readonly AttemptOfStep[],
): Promise<void> {
  for (const attempt of attempts)
    await sql.query(
      `INSERT INTO task_attempts AS held (workflow_id, step_id, task_id, attempt, fencing_token, agent_id, principal_id,
         credential_epoch, state, dispatched_at, dispatch_deadline, lease_expires_at, deadline, ended_at, progress_facts)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
         (SELECT coalesce(max(progress_facts), 0) FROM task_attempts WHERE task_id = $3))
       ON CONFLICT (task_id, attempt) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at,
         lease_expires_at = greatest(held.lease_expires_at, excluded.lease_expires_at)`,
      [
        workflowId,
        attempt.stepId,
        attempt.taskId,
        attempt.attempt,
        attempt.fencingToken,
        attempt.agentId,
        attempt.principalId,
        attempt.credentialEpoch,
        attempt.state,
        toDate(attempt.dispatchedAt),
        toDate(attempt.offerExpiresAt),
        toDate(attempt.leaseExpiresAt),
        toDate(attempt.deadlineAt),
        optionalDate(attempt.endedAt),
      ],
    );
}

async function writeSteps(
  sql: SqlExecutor,
  workflowId: string,
  { written, removed }: Difference<RunProjection['activeSteps'][number]>,
): Promise<void> {
  if (removed.length > 0)
    await sql.query(`DELETE FROM active_steps WHERE workflow_id = $1 AND step_id = ANY($2)`, [
      workflowId,
      removed.map(({ stepId }) => stepId),
    ]);
  if (written.length > 0)
    await sql.query(
      `INSERT INTO active_steps (workflow_id, step_id, state, agent_type, since)
       SELECT $1, step_id, state, agent_type, clock_timestamp()
       FROM unnest($2::text[], $3::text[], $4::text[]) AS step (step_id, state, agent_type)
       ON CONFLICT (workflow_id, step_id) DO UPDATE SET state = excluded.state, since = excluded.since`,
      [
        workflowId,
        written.map(({ stepId }) => stepId),
        written.map(({ state }) => state),
        written.map(({ agentType }) => agentType ?? null),
      ],
    );
}

async function writeTimers(
  sql: SqlExecutor,
  workflowId: string,
  { written, removed }: Difference<RunProjection['timers'][number]>,
): Promise<void> {
  if (removed.length > 0)
    await sql.query(
      `DELETE FROM timers WHERE workflow_id = $1
         AND (step_id, kind) IN (SELECT * FROM unnest($2::text[], $3::text[]))`,
      [workflowId, removed.map(({ stepId }) => stepId), removed.map(({ kind }) => kind)],
    );
  if (written.length > 0)
    await sql.query(
      `INSERT INTO timers (workflow_id, step_id, kind, due_at)
       SELECT $1, * FROM unnest($2::text[], $3::text[], $4::timestamptz[])
       ON CONFLICT (workflow_id, step_id, kind) DO UPDATE SET due_at = excluded.due_at`,
      [
        workflowId,
        written.map(({ stepId }) => stepId),
        written.map(({ kind }) => kind),
        written.map(({ dueAt }) => toDate(dueAt)),
      ],
    );
}

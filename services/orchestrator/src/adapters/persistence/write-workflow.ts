import { isDeepStrictEqual } from 'node:util';
import type { SqlExecutor } from '@ymera/persistence';
import type { Workflow } from '../../domain/workflow/workflow';
import type { AttemptOfStep, WorkflowProjection } from '../../domain/workflow/workflow-projection';
import { optionalDate, toDate } from './time';

interface Difference<T> {
  readonly written: readonly T[];
  readonly removed: readonly T[];
}

/** Rows that are new or changed, and keys of deleted rows. */
function difference<T>(before: readonly T[], after: readonly T[], nameOf: (row: T) => string): Difference<T> {
  const old = new Map(before.map((row) => [nameOf(row), row]));
  const kept = new Set(after.map(nameOf));
  return {
    written: after.filter((row) => !isDeepStrictEqual(old.get(nameOf(row)), row)),
    removed: before.filter((row) => !kept.has(nameOf(row))),
  };
}

const nothing: WorkflowProjection = { activeSteps: [], timers: [], attempts: [] };

/**
 * Writes the difference between two states of a workflow and its rows in one round trip; unchanged rows are not
 * touched.
 */
export async function writeWorkflow(
  sql: SqlExecutor,
  { definition, ...document }: Workflow,
  before: WorkflowProjection | undefined,
  after: WorkflowProjection,
): Promise<void> {
  const old = before ?? nothing;
  const attempts = difference(old.attempts, after.attempts, ({ taskId, attempt }) => `${taskId}/${attempt}`);
  const steps = difference(old.activeSteps, after.activeSteps, ({ stepId }) => stepId);
  const timers = difference(old.timers, after.timers, ({ stepId, kind }) => `${stepId}/${kind}`);
  await sql.query(statement, [
    definition.workflow_id,
    document.state,
    JSON.stringify(document),
    document.facts,
    optionalDate(document.endedAt),
    JSON.stringify(attempts.written.map(attemptRow)),
    steps.removed.map(({ stepId }) => stepId),
    JSON.stringify(
      steps.written.map(({ stepId, state, agentType }) => ({
        step_id: stepId,
        state,
        agent_type: agentType,
      })),
    ),
    JSON.stringify(timers.removed.map(({ stepId, kind }) => ({ step_id: stepId, kind }))),
    JSON.stringify(
      timers.written.map(({ stepId, kind, dueAt }) => ({ step_id: stepId, kind, due_at: toDate(dueAt) })),
    ),
  ]);
}

const attemptRow = (attempt: AttemptOfStep): Readonly<Record<string, unknown>> => ({
  step_id: attempt.stepId,
  task_id: attempt.taskId,
  attempt: attempt.attempt,
  fencing_token: attempt.fencingToken,
  agent_id: attempt.agentId,
  principal_id: attempt.principalId,
  credential_epoch: attempt.credentialEpoch,
  state: attempt.state,
  dispatched_at: toDate(attempt.dispatchedAt),
  dispatch_deadline: toDate(attempt.offerExpiresAt),
  lease_expires_at: toDate(attempt.leaseExpiresAt),
  deadline: toDate(attempt.deadlineAt),
  ended_at: optionalDate(attempt.endedAt),
});

/** Never shortens a lease that progress has extended further; an unchanged step keeps its `since`. */
const statement = `
  WITH run AS (
    UPDATE workflows SET state = $2, document = $3, version = $4, ended_at = $5 WHERE workflow_id = $1
  ), written_attempts AS (
    INSERT INTO task_attempts AS held (workflow_id, step_id, task_id, attempt, fencing_token, agent_id, principal_id,
      credential_epoch, state, dispatched_at, dispatch_deadline, lease_expires_at, deadline, ended_at, progress_facts)
    SELECT $1, row.*,
      (SELECT coalesce(max(progress_facts), 0) FROM task_attempts sibling WHERE sibling.task_id = row.task_id)
    FROM jsonb_to_recordset($6::jsonb) AS row (step_id text, task_id uuid, attempt integer, fencing_token integer,
      agent_id text, principal_id text, credential_epoch integer, state text, dispatched_at timestamptz,
      dispatch_deadline timestamptz, lease_expires_at timestamptz, deadline timestamptz, ended_at timestamptz)
    ON CONFLICT (task_id, attempt) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at,
      lease_expires_at = greatest(held.lease_expires_at, excluded.lease_expires_at)
  ), removed_steps AS (
    DELETE FROM active_steps WHERE workflow_id = $1 AND step_id = ANY($7::text[])
  ), written_steps AS (
    INSERT INTO active_steps (workflow_id, step_id, state, agent_type, since)
    SELECT $1, row.*, clock_timestamp()
    FROM jsonb_to_recordset($8::jsonb) AS row (step_id text, state text, agent_type text)
    ON CONFLICT (workflow_id, step_id) DO UPDATE SET state = excluded.state,
      since = CASE WHEN active_steps.state = excluded.state THEN active_steps.since ELSE excluded.since END
  ), removed_timers AS (
    DELETE FROM timers USING jsonb_to_recordset($9::jsonb) AS row (step_id text, kind text)
    WHERE workflow_id = $1 AND timers.step_id = row.step_id AND timers.kind = row.kind
  )
  INSERT INTO timers (workflow_id, step_id, kind, due_at)
  SELECT $1, row.* FROM jsonb_to_recordset($10::jsonb) AS row (step_id text, kind text, due_at timestamptz)
  ON CONFLICT (workflow_id, step_id, kind) DO UPDATE SET due_at = excluded.due_at`;

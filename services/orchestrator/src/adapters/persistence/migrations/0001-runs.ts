import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `workflows.document` is the truth about a workflow; the other tables make it queryable and are written in the same
 * transaction. Only leases and progress are in `task_attempts` alone, because they change with every heartbeat.
 */
export class Runs1767225600002 implements MigrationInterface {
  readonly name = 'Runs1767225600002';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE agent_directory, gate_decisions, gates, timers, active_steps, task_logs, task_attempts, workflows`,
    );
  }
}

const statements = [
  `CREATE TABLE workflows (
    workflow_id uuid PRIMARY KEY,
    request_id uuid NOT NULL,
    project_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'completed', 'failed', 'canceled')),
    -- What was ordered; never changes.
    definition jsonb NOT NULL,
    document jsonb NOT NULL,
    -- Facts published so far; rises with every change that the world hears of.
    version integer NOT NULL,
    traceparent text,
    started_at timestamptz NOT NULL,
    ended_at timestamptz
  )`,
  `CREATE INDEX workflows_by_state ON workflows (state, workflow_id DESC)`,

  `CREATE TABLE task_attempts (
    task_id uuid NOT NULL,
    attempt integer NOT NULL,
    workflow_id uuid NOT NULL REFERENCES workflows ON DELETE CASCADE,
    step_id text NOT NULL,
    fencing_token integer NOT NULL,
    agent_id text NOT NULL,
    principal_id text NOT NULL,
    credential_epoch integer NOT NULL,
    state text NOT NULL CHECK (state IN
      ('offered', 'running', 'reported', 'completed', 'failed', 'declined', 'lost', 'canceled')),
    dispatched_at timestamptz NOT NULL,
    dispatch_deadline timestamptz NOT NULL,
    lease_expires_at timestamptz NOT NULL,
    deadline timestamptz NOT NULL,
    ended_at timestamptz,
    progress real NOT NULL DEFAULT 0,
    progress_step text NOT NULL DEFAULT '',
    -- The task's aggregate version: facts of progress published so far, over all its attempts.
    progress_facts integer NOT NULL,
    progress_published_at timestamptz,
    PRIMARY KEY (task_id, attempt),
    UNIQUE (workflow_id, step_id, fencing_token)
  )`,
  `CREATE INDEX task_attempts_held ON task_attempts (agent_id) WHERE state IN ('offered', 'running')`,

  `CREATE TABLE task_logs (
    task_id uuid NOT NULL,
    attempt integer NOT NULL,
    position integer NOT NULL,
    chunk text NOT NULL,
    PRIMARY KEY (task_id, attempt, position),
    FOREIGN KEY (task_id, attempt) REFERENCES task_attempts ON DELETE CASCADE
  )`,

  `CREATE TABLE active_steps (
    workflow_id uuid NOT NULL REFERENCES workflows ON DELETE CASCADE,
    step_id text NOT NULL,
    state text NOT NULL CHECK (state IN
      ('ready', 'dispatched', 'running', 'materialising', 'waiting_gate', 'retry_wait')),
    agent_type text,
    since timestamptz NOT NULL,
    PRIMARY KEY (workflow_id, step_id)
  )`,
  `CREATE INDEX active_steps_waiting ON active_steps (agent_type, since, workflow_id, step_id) WHERE state = 'ready'`,

  `CREATE TABLE timers (
    workflow_id uuid NOT NULL REFERENCES workflows ON DELETE CASCADE,
    -- Empty for a timer of the whole run.
    step_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN
      ('budget', 'queue', 'offer', 'lease', 'deadline', 'backoff', 'gate_expiry', 'integration')),
    due_at timestamptz NOT NULL,
    PRIMARY KEY (workflow_id, step_id, kind)
  )`,
  `CREATE INDEX timers_due ON timers (due_at)`,

  `CREATE TABLE gates (
    gate_id uuid PRIMARY KEY,
    workflow_id uuid NOT NULL REFERENCES workflows ON DELETE CASCADE,
    step_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('plan_approval', 'landing_approval')),
    subject_digest text NOT NULL,
    expires_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('approved', 'denied', 'expired', 'voided'))
  )`,

  // Every decision that was sent, also those without effect: about another subject, or too late.
  `CREATE TABLE gate_decisions (
    gate_id uuid NOT NULL,
    approval_id uuid NOT NULL,
    subject_digest text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approved', 'denied')),
    decided_by text NOT NULL,
    reason text,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (gate_id, approval_id, subject_digest, decision)
  )`,

  `CREATE TABLE agent_directory (
    agent_id text PRIMARY KEY,
    -- Null until its registration is known: facts arrive in any order.
    agent_type text,
    principal_id text NOT NULL,
    capabilities jsonb NOT NULL DEFAULT '[]',
    credential_epoch integer NOT NULL DEFAULT 0,
    slots integer NOT NULL DEFAULT 1,
    status text NOT NULL DEFAULT 'unknown' CHECK (status IN ('unknown', 'registered', 'retired')),
    registry_version integer NOT NULL DEFAULT 0,
    liveness text NOT NULL DEFAULT 'offline' CHECK (liveness IN ('online', 'late', 'offline')),
    liveness_at timestamptz NOT NULL DEFAULT '-infinity',
    liveness_version integer NOT NULL DEFAULT 0,
    enforcement text NOT NULL DEFAULT 'none' CHECK (enforcement IN ('none', 'warned', 'suspended', 'frozen'))
  )`,
  `CREATE INDEX agent_directory_by_type ON agent_directory (agent_type, agent_id)`,
];

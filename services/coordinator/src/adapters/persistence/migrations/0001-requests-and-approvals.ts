import type { MigrationInterface, QueryRunner } from 'typeorm';

export class RequestsAndApprovals1767225600001 implements MigrationInterface {
  readonly name = 'RequestsAndApprovals1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE requests (
        request_id uuid PRIMARY KEY,
        project_id text NOT NULL,
        text text NOT NULL,
        requested_by text NOT NULL,
        state text NOT NULL CHECK (state IN ('input_required', 'running', 'completed', 'failed', 'canceled')),
        intent text,
        confidence real NOT NULL,
        evidence jsonb NOT NULL,
        question text,
        plan jsonb,
        plan_digest text,
        workflow_id uuid UNIQUE,
        error jsonb,
        trace_id text NOT NULL,
        idempotency_key text,
        created_at timestamptz NOT NULL,
        ended_at timestamptz,
        version integer NOT NULL,
        UNIQUE (requested_by, idempotency_key)
      )`);
    await runner.query(`CREATE INDEX requests_by_project ON requests (project_id, request_id DESC)`);
    await runner.query(`
      CREATE TABLE approvals (
        approval_id uuid PRIMARY KEY,
        gate_id uuid NOT NULL UNIQUE,
        request_id uuid NOT NULL REFERENCES requests,
        workflow_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('plan_approval', 'landing_approval')),
        subject_digest text NOT NULL,
        requested_by text NOT NULL,
        landing jsonb,
        expires_at timestamptz NOT NULL,
        state text NOT NULL CHECK (state IN ('pending', 'approved', 'denied', 'voided')),
        decided_by text,
        reason text,
        decided_at timestamptz,
        version integer NOT NULL,
        -- The requester cannot approve, whatever the code above says.
        CHECK (state <> 'approved' OR decided_by <> requested_by)
      )`);
    await runner.query(`CREATE INDEX approvals_by_request ON approvals (request_id, approval_id DESC)`);
    await runner.query(`CREATE INDEX approvals_pending ON approvals (expires_at) WHERE state = 'pending'`);
    await runner.query(
      `CREATE TABLE closed_gates (gate_id uuid PRIMARY KEY, closed_at timestamptz NOT NULL DEFAULT now())`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE closed_gates, approvals, requests`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Operators' tokens, stored answers, timelines. */
export class GatewayTables1764000000000 implements MigrationInterface {
  readonly name = 'GatewayTables1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE operator_tokens (
        token_sha256 char(64) PRIMARY KEY,
        name text NOT NULL,
        roles text[] NOT NULL CHECK (cardinality(roles) > 0),
        is_bootstrapped boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        revoked_at timestamptz
      )`);
    await runner.query(`
      CREATE TABLE idempotency_keys (
        caller char(64) NOT NULL,
        operation text NOT NULL,
        key text NOT NULL,
        request_digest text NOT NULL,
        lease_until timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        answer bytea,
        PRIMARY KEY (caller, operation, key)
      )`);
    await runner.query('CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)');
    await runner.query(`
      CREATE TABLE timeline (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL UNIQUE,
        request_id uuid NOT NULL,
        type text NOT NULL,
        time timestamptz NOT NULL,
        -- JSON as text: jsonb refuses NUL characters, and agents' words may hold them.
        data text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now()
      )`);
    await runner.query('CREATE INDEX timeline_of_request ON timeline (request_id, position)');
    await runner.query('CREATE INDEX timeline_age ON timeline USING brin (recorded_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE timeline, idempotency_keys, operator_tokens');
  }
}

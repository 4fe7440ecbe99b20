import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages of all services that are not retried automatically (ADR 0011). */
export class DeadLetters1767225600020 implements MigrationInterface {
  readonly name = 'DeadLetters1767225600020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE dead_letters (
      dead_letter_id uuid PRIMARY KEY,
      -- What tells one message from another: it is kept once however often it is told.
      fingerprint char(64) NOT NULL UNIQUE,
      vhost text NOT NULL CHECK (vhost IN ('services', 'agents')),
      owner text NOT NULL,
      queue text,
      message_id uuid,
      type text NOT NULL,
      principal_id text,
      code text NOT NULL,
      reason text NOT NULL,
      traceparent text,
      state text NOT NULL CHECK (state IN ('pending', 'replayed', 'died_again')),
      deaths integer NOT NULL,
      died_at timestamptz NOT NULL,
      replayed_at timestamptz,
      replayed_by text,
      version integer NOT NULL,
      size integer NOT NULL,
      is_truncated boolean NOT NULL,
      -- Without secrets.
      excerpt text NOT NULL,
      -- As it was, because it is sent back.
      body bytea NOT NULL
    )`);
    await runner.query(`CREATE INDEX dead_letters_by_owner ON dead_letters (vhost, owner, dead_letter_id)`);
    await runner.query(`CREATE INDEX dead_letters_by_age ON dead_letters (died_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE dead_letters`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Alerts for people, and the newest known version of each subject: events arrive in any order. */
export class Alerts1767225600020 implements MigrationInterface {
  readonly name = 'Alerts1767225600020';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE alerts (
        -- The id of the event that raised it.
        alert_id uuid PRIMARY KEY,
        subject text NOT NULL,
        version integer NOT NULL,
        kind text NOT NULL,
        severity text NOT NULL CHECK (severity IN ('warning', 'critical')),
        title text NOT NULL,
        link text NOT NULL,
        trace_id text,
        raised_at timestamptz NOT NULL,
        resolved_at timestamptz
      )`);
    await runner.query('CREATE INDEX alerts_open ON alerts (alert_id) WHERE resolved_at IS NULL');
    await runner.query('CREATE INDEX alerts_of_subject ON alerts (subject) WHERE resolved_at IS NULL');
    await runner.query('CREATE INDEX alerts_age ON alerts (raised_at)');
    await runner.query(`
      CREATE TABLE alert_subjects (
        subject text PRIMARY KEY,
        version integer NOT NULL,
        changed_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE alert_subjects, alerts');
  }
}

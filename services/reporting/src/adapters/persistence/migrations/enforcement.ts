import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the sanction state of each agent, and the published incidents. The registry stores the causes. */
export class Enforcement1764100000000 implements MigrationInterface {
  readonly name = 'Enforcement1764100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agent_state
        DROP COLUMN enforcement_cause,
        ADD COLUMN good_reports integer NOT NULL DEFAULT 0,
        ADD COLUMN lifted_at timestamptz`);
    await runner.query(`
      CREATE TABLE enforcement_holds (
        id uuid PRIMARY KEY,
        owner text NOT NULL,
        reason text NOT NULL,
        since timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE enforcement_holds');
    await runner.query(`
      ALTER TABLE agent_state
        DROP COLUMN good_reports,
        DROP COLUMN lifted_at,
        ADD COLUMN enforcement_cause text CHECK (enforcement_cause IN ('silence', 'violation', 'operator'))`);
  }
}

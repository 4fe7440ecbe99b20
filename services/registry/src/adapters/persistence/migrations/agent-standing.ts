import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds the sanction status of agents, and until when a refused principal's connections are closed. */
export class AgentStanding1764000000001 implements MigrationInterface {
  readonly name = 'AgentStanding1764000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE agents
        ADD COLUMN standing text NOT NULL DEFAULT 'active' CHECK (standing IN ('active', 'suspended', 'frozen')),
        ADD COLUMN standing_cause text CHECK (standing_cause IN ('silence', 'violation')),
        ADD COLUMN standing_reason text NOT NULL DEFAULT '',
        ADD COLUMN standing_by text NOT NULL DEFAULT 'platform',
        ADD COLUMN standing_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN credential_epoch integer NOT NULL DEFAULT 1 CHECK (credential_epoch >= 1),
        ADD COLUMN enforcement_version integer NOT NULL DEFAULT 0,
        ADD CHECK ((standing = 'active') = (standing_cause IS NULL))`);
    await runner.query('UPDATE agents SET standing_at = created_at');
    await runner.query('ALTER TABLE principals ADD COLUMN close_until timestamptz');
    await runner.query(
      'CREATE INDEX principals_closing ON principals (principal_id) WHERE close_until IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE principals DROP COLUMN close_until');
    await runner.query(`
      ALTER TABLE agents DROP COLUMN standing, DROP COLUMN standing_cause, DROP COLUMN standing_reason,
        DROP COLUMN standing_by, DROP COLUMN standing_at, DROP COLUMN credential_epoch,
        DROP COLUMN enforcement_version`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The sanction state of the registry is versioned separately from the registration. */
export class AgentStanding1767225600010 implements MigrationInterface {
  readonly name = 'AgentStanding1767225600010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_directory ADD COLUMN standing_version integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_directory DROP COLUMN standing_version');
  }
}

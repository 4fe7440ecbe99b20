import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the registry says an agent may do is a line of facts of its own, beside its registration. */
export class AgentStanding1767225600010 implements MigrationInterface {
  readonly name = 'AgentStanding1767225600010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_directory ADD COLUMN standing_version integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE agent_directory DROP COLUMN standing_version');
  }
}

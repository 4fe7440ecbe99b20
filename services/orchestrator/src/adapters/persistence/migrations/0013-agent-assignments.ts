import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When an agent was last given work: of those with the same load, the one idle for longest is next. */
export class AgentAssignments1767225600031 implements MigrationInterface {
  readonly name = 'AgentAssignments1767225600031';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE agent_directory ADD COLUMN assigned_at timestamptz(3)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE agent_directory DROP COLUMN assigned_at`);
  }
}

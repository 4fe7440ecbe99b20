import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Since when reports of an agent are expected. A table of its own, because a hello may arrive before the agent's
 * registration, and because the rows of the hot table belong to the owner of their partition. Sessions opened before
 * this migration are unknown: reports of those agents are expected from their next hello on.
 */
export class ExpectedAgents1764200000000 implements MigrationInterface {
  readonly name = 'ExpectedAgents1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE expected_agents (
        agent_id text COLLATE "C" PRIMARY KEY,
        first_session_at timestamptz NOT NULL
      )`);
    await runner.query('CREATE INDEX expected_agents_first_session_at ON expected_agents (first_session_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE expected_agents');
  }
}

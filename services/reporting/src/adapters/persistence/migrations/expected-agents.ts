import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Since when reports are expected of an agent. A table of its own, because a hello may be heard of before the agent is,
 * and because the hot table's rows belong to the owner of their partition. What was opened before is not known: those
 * agents are expected from their next hello on.
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

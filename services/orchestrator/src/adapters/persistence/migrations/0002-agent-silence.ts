import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Until then an agent gets no work, because it did not answer; any message of it ends that. */
export class AgentSilence1767225600003 implements MigrationInterface {
  readonly name = 'AgentSilence1767225600003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE agent_directory ADD COLUMN silent_until timestamptz NOT NULL DEFAULT '-infinity'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE agent_directory DROP COLUMN silent_until`);
  }
}

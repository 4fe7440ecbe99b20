import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Integration's findings about a change, repeated in every answer about it. */
export class ChangeFindings1767225600022 implements MigrationInterface {
  readonly name = 'ChangeFindings1767225600022';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE changes ADD COLUMN findings jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE changes DROP COLUMN findings`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notes for people about the plan's starting point. */
export class Notes1767225600031 implements MigrationInterface {
  readonly name = 'Notes1767225600031';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE requests ADD COLUMN notes jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE requests DROP COLUMN notes`);
  }
}

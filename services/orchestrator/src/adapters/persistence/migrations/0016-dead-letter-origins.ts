import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Headers by which the consumer of a dead message knows who sent it (ADR 0020). Letters of earlier versions have none. */
export class DeadLetterOrigins1767225600034 implements MigrationInterface {
  readonly name = 'DeadLetterOrigins1767225600034';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE dead_letters ADD COLUMN origin jsonb`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE dead_letters DROP COLUMN origin`);
  }
}

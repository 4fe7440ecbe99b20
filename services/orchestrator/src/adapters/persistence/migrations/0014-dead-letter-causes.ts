import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Facts about dead letters of one cause are published together. A letter of before has no cause until it is dead-lettered
 * again; the facts about it are published as they were.
 */
export class DeadLetterCauses1767225600032 implements MigrationInterface {
  readonly name = 'DeadLetterCauses1767225600032';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE dead_letters ADD COLUMN cause_id char(64)`);
    await runner.query(
      `CREATE INDEX dead_letters_waiting_by_cause ON dead_letters (cause_id, died_at) WHERE state <> 'replayed'`,
    );
    await runner.query(`CREATE TABLE dead_letter_causes (
      cause_id char(64) PRIMARY KEY,
      version integer NOT NULL,
      published_at timestamptz,
      is_open boolean NOT NULL,
      unpublished integer NOT NULL
    )`);
    await runner.query(
      `CREATE INDEX dead_letter_causes_due ON dead_letter_causes (published_at) WHERE unpublished > 0`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE dead_letter_causes`);
    await runner.query(`ALTER TABLE dead_letters DROP COLUMN cause_id`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Escalations may be decided by a fourth option. */
export class AcceptedEscalations1767225600030 implements MigrationInterface {
  readonly name = 'AcceptedEscalations1767225600030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE approvals DROP CONSTRAINT approvals_option_check,
        ADD CONSTRAINT approvals_option_check CHECK (option IN ('retry', 'take_over', 'abandon', 'accept'))`);
  }

  /** An approval that was decided by `accept` stays decided, without an option. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE approvals SET option = NULL WHERE option = 'accept'`);
    await runner.query(`
      ALTER TABLE approvals DROP CONSTRAINT approvals_option_check,
        ADD CONSTRAINT approvals_option_check CHECK (option IN ('retry', 'take_over', 'abandon'))`);
  }
}

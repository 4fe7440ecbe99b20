import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Escalations may be decided by a fourth option. */
export class AcceptedEscalations1767225600030 implements MigrationInterface {
  readonly name = 'AcceptedEscalations1767225600030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE gate_decisions DROP CONSTRAINT gate_decisions_option_check,
        ADD CONSTRAINT gate_decisions_option_check CHECK (option IN ('retry', 'take_over', 'abandon', 'accept'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM gate_decisions WHERE option = 'accept'`);
    await runner.query(`
      ALTER TABLE gate_decisions DROP CONSTRAINT gate_decisions_option_check,
        ADD CONSTRAINT gate_decisions_option_check CHECK (option IN ('retry', 'take_over', 'abandon'))`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds gates of a third kind, which are decided by an option. */
export class Escalations1767225600012 implements MigrationInterface {
  readonly name = 'Escalations1767225600012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE gates DROP CONSTRAINT gates_kind_check,
        ADD CONSTRAINT gates_kind_check CHECK (kind IN ('plan_approval', 'landing_approval', 'escalation'))`);
    await runner.query(
      `ALTER TABLE gate_decisions ADD COLUMN option text CHECK (option IN ('retry', 'take_over', 'abandon'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE gate_decisions DROP COLUMN option`);
    await runner.query(`DELETE FROM gates WHERE kind = 'escalation'`);
    await runner.query(`
      ALTER TABLE gates DROP CONSTRAINT gates_kind_check,
        ADD CONSTRAINT gates_kind_check CHECK (kind IN ('plan_approval', 'landing_approval'))`);
  }
}

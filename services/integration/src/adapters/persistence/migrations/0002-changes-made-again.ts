import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A change of one attempt may exist on several bases: it is rebased when the branch has moved. */
export class ChangesMadeAgain1767225600012 implements MigrationInterface {
  readonly name = 'ChangesMadeAgain1767225600012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE changes ADD COLUMN made_from uuid REFERENCES changes,
        DROP CONSTRAINT changes_task_id_attempt_key,
        ADD CONSTRAINT changes_task_id_attempt_base_key UNIQUE (task_id, attempt, base)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM changes WHERE made_from IS NOT NULL`);
    await runner.query(`
      ALTER TABLE changes DROP COLUMN made_from,
        DROP CONSTRAINT changes_task_id_attempt_base_key,
        ADD CONSTRAINT changes_task_id_attempt_key UNIQUE (task_id, attempt)`);
  }
}

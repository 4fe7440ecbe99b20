import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds what retention deletes without a look at every row. */
export class Retention1767225600033 implements MigrationInterface {
  readonly name = 'Retention1767225600033';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX workflows_by_end ON workflows (ended_at) WHERE ended_at IS NOT NULL`);
    await runner.query(`CREATE INDEX gates_by_workflow ON gates (workflow_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX gates_by_workflow`);
    await runner.query(`DROP INDEX workflows_by_end`);
  }
}

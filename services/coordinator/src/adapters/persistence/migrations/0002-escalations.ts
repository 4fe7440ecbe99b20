import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Approvals of a third kind, which are decided by an option. */
export class Escalations1767225600010 implements MigrationInterface {
  readonly name = 'Escalations1767225600010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check`);
    await runner.query(`
      ALTER TABLE approvals
        ADD COLUMN escalation jsonb,
        ADD COLUMN option text CHECK (option IN ('retry', 'take_over', 'abandon')),
        ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('plan_approval', 'landing_approval', 'escalation')),
        ADD CHECK ((kind = 'escalation') = (escalation IS NOT NULL))`);
    await runner.query(
      `CREATE INDEX approvals_pending_by_request ON approvals (request_id) WHERE state = 'pending'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX approvals_pending_by_request`);
    await runner.query(`DELETE FROM approvals WHERE kind = 'escalation'`);
    await runner.query(`
      ALTER TABLE approvals DROP COLUMN escalation, DROP COLUMN option,
        DROP CONSTRAINT approvals_kind_check,
        ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('plan_approval', 'landing_approval'))`);
  }
}

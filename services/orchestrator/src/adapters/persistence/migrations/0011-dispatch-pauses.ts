import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who stopped all dispatch, why and for how long; the open one, if any, is in force. */
export class DispatchPauses1767225600021 implements MigrationInterface {
  readonly name = 'DispatchPauses1767225600021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE dispatch_pauses (
      number integer PRIMARY KEY,
      paused_by text NOT NULL,
      reason text NOT NULL,
      paused_at timestamptz NOT NULL,
      resumed_by text,
      resume_reason text,
      resumed_at timestamptz
    )`);
    await runner.query(
      `CREATE UNIQUE INDEX dispatch_pauses_open ON dispatch_pauses ((true)) WHERE resumed_at IS NULL`,
    );
    // Whoever pauses waits for those who are offering work, and those who come later see the pause: the lock comes
    // first, and each statement of a volatile function sees what is committed when it begins.
    await runner.query(`CREATE FUNCTION dispatch_pause_while_dispatching() RETURNS SETOF dispatch_pauses
      LANGUAGE plpgsql VOLATILE AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(hashtextextended('ymera dispatch of ' || current_schema(), 0));
        RETURN QUERY SELECT * FROM dispatch_pauses WHERE resumed_at IS NULL;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION dispatch_pause_while_dispatching`);
    await runner.query(`DROP TABLE dispatch_pauses`);
  }
}

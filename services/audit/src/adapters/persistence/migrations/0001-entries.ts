import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Entries can be added and read only. Two mechanisms prevent other changes: the service's own role has revoked the privilege
 * from itself, and a trigger rejects them even with the privilege. The table's owner can undo both, which is why checkpoints are to be published outside.
 */
export class Entries1767225600001 implements MigrationInterface {
  readonly name = 'Entries1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE entries (
        index bigint PRIMARY KEY CHECK (index >= 0),
        event_id uuid NOT NULL UNIQUE,
        type text NOT NULL,
        source text NOT NULL,
        subject text NOT NULL,
        aggregate_version integer NOT NULL,
        time timestamptz NOT NULL,
        trace_id text,
        data_digest text NOT NULL,
        -- Canonical JSON exactly as it was hashed; jsonb would write it another way and refuse NUL characters.
        data text NOT NULL
      )`);
    await runner.query(`
      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'the audit log is append-only (% refused)', TG_OP USING ERRCODE = 'insufficient_privilege';
      END $$`);
    await runner.query(`
      CREATE TRIGGER entries_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entries
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()`);
    await runner.query(`REVOKE UPDATE, DELETE, TRUNCATE ON entries FROM CURRENT_USER`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE entries`);
    await runner.query(`DROP FUNCTION refuse_change`);
  }
}

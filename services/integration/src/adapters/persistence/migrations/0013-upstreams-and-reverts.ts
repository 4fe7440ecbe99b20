import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The known state of each project's upstream, its settings, and which change reverts which. A release that does not know the
 * columns continues to insert projects: these follow the branch of their own name, like those recorded before.
 */
export class UpstreamsAndReverts1767225600030 implements MigrationInterface {
  readonly name = 'UpstreamsAndReverts1767225600030';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE projects
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN overrides jsonb,
        ADD COLUMN detected_at text,
        ADD COLUMN follows_upstream boolean NOT NULL DEFAULT true,
        ADD COLUMN upstream_branch text,
        ADD COLUMN push text NOT NULL DEFAULT 'off' CHECK (push IN ('off', 'branch')),
        ADD COLUMN require_fresh boolean NOT NULL DEFAULT false,
        ADD COLUMN upstream_head text,
        ADD COLUMN upstream_checked_at timestamptz,
        ADD COLUMN upstream_error jsonb`);
    await runner.query(`ALTER TABLE changes ADD COLUMN reverts uuid REFERENCES changes`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE changes DROP COLUMN reverts`);
    await runner.query(`
      ALTER TABLE projects DROP COLUMN version, DROP COLUMN overrides, DROP COLUMN detected_at,
        DROP COLUMN follows_upstream, DROP COLUMN upstream_branch, DROP COLUMN push, DROP COLUMN require_fresh,
        DROP COLUMN upstream_head, DROP COLUMN upstream_checked_at, DROP COLUMN upstream_error`);
  }
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ProjectsAndChanges1767225600001 implements MigrationInterface {
  readonly name = 'ProjectsAndChanges1767225600001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE projects (
        project_id text PRIMARY KEY,
        name text NOT NULL,
        source text NOT NULL,
        default_branch text NOT NULL,
        commands jsonb NOT NULL,
        performance jsonb NOT NULL,
        registered_by text NOT NULL,
        idempotency_key text,
        request_digest text NOT NULL,
        created_at timestamptz NOT NULL,
        UNIQUE (registered_by, idempotency_key)
      )`);
    await runner.query(`
      CREATE TABLE changes (
        change_id uuid PRIMARY KEY,
        project_id text NOT NULL REFERENCES projects,
        workflow_id uuid NOT NULL,
        request_id uuid NOT NULL,
        step_id text NOT NULL,
        task_id uuid NOT NULL,
        attempt integer NOT NULL,
        agent_id text NOT NULL,
        base text NOT NULL,
        commit text NOT NULL,
        tree text NOT NULL,
        files integer NOT NULL,
        patch_digest text NOT NULL,
        state text NOT NULL CHECK (state IN ('materialised', 'landed')),
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        landed_at timestamptz,
        UNIQUE (task_id, attempt),
        CHECK ((state = 'landed') = (landed_at IS NOT NULL))
      )`);
    await runner.query(`CREATE INDEX changes_by_project ON changes (project_id, created_at DESC)`);
    // From one base a branch can move only once, whatever the code above says.
    await runner.query(
      `CREATE UNIQUE INDEX changes_landed_once ON changes (project_id, base) WHERE state = 'landed'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE changes, projects`);
  }
}

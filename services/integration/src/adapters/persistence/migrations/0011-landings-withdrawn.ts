import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who took an order to land back, and which orders wait for a change. */
export class LandingsWithdrawn1767225600021 implements MigrationInterface {
  readonly name = 'LandingsWithdrawn1767225600021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE changes ADD COLUMN withdrawn_by text`);
    // Out of the text, which may hold NUL characters that PostgreSQL's own functions for JSON stumble over. The orders that
    // wait already have it, and those of a release that does not know the column.
    await runner.query(`ALTER TABLE waiting_landings ADD COLUMN change_id text
      GENERATED ALWAYS AS (substring(landing_order FROM '"change_id":"([^"]+)"')) STORED`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE waiting_landings DROP COLUMN change_id`);
    await runner.query(`ALTER TABLE changes DROP COLUMN withdrawn_by`);
  }
}

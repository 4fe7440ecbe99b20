import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who withdrew an order to land, and which orders wait for a change. */
export class LandingsWithdrawn1767225600021 implements MigrationInterface {
  readonly name = 'LandingsWithdrawn1767225600021';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE changes ADD COLUMN withdrawn_by text`);
    // Extracted from the text, which may contain NUL characters that PostgreSQL's own JSON functions fail on. Waiting orders
    // contain it already, and so do those of a release that does not know the column.
    await runner.query(`ALTER TABLE waiting_landings ADD COLUMN change_id text
      GENERATED ALWAYS AS (substring(landing_order FROM '"change_id":"([^"]+)"')) STORED`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE waiting_landings DROP COLUMN change_id`);
    await runner.query(`ALTER TABLE changes DROP COLUMN withdrawn_by`);
  }
}

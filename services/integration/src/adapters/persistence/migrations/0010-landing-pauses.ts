import { createPauseLog, dropPauseLog } from '@ymera/persistence';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pauses of all landing with actor and reason, and the orders that wait for the resumption. */
export class LandingPauses1767225600020 implements MigrationInterface {
  readonly name = 'LandingPauses1767225600020';

  async up(runner: QueryRunner): Promise<void> {
    await createPauseLog(runner, 'landing');
    await runner.query(`CREATE TABLE waiting_landings (
      -- Digest of the order: asked again it is the same one.
      id text PRIMARY KEY,
      position bigint GENERATED ALWAYS AS IDENTITY,
      -- JSON as text: jsonb refuses NUL characters, and findings may hold them.
      landing_order text NOT NULL,
      traceparent text,
      received_at timestamptz NOT NULL DEFAULT now()
    )`);
    await runner.query(`CREATE INDEX waiting_landings_in_turn ON waiting_landings (position)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE waiting_landings`);
    await dropPauseLog(runner, 'landing');
  }
}

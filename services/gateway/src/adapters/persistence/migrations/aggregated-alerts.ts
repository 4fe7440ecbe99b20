import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Alerts about many things with one cause, and the end of those whose things are deleted. Alerts about dead letters of
 * before had no end: they get one after which no dead letter of the default settings is kept.
 */
export class AggregatedAlerts1767225600031 implements MigrationInterface {
  readonly name = 'AggregatedAlerts1767225600031';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE alerts ADD COLUMN expires_at timestamptz, ADD COLUMN occurrences jsonb`);
    await runner.query(
      `UPDATE alerts SET expires_at = raised_at + interval '90 days' WHERE kind = 'dead_letter' AND resolved_at IS NULL`,
    );
    await runner.query(
      'CREATE INDEX alerts_expiry ON alerts (expires_at) WHERE resolved_at IS NULL AND expires_at IS NOT NULL',
    );
    await runner.query('CREATE INDEX alerts_resolved ON alerts (resolved_at) WHERE resolved_at IS NOT NULL');
    await runner.query('DROP INDEX alerts_age');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE INDEX alerts_age ON alerts (raised_at)');
    await runner.query('DROP INDEX alerts_resolved');
    await runner.query('ALTER TABLE alerts DROP COLUMN occurrences, DROP COLUMN expires_at');
  }
}

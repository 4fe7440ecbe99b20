import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of requests that are sent with an idempotency key: what was asked, so that a reused key is told from a repeat. */
export class RequestDigests1767225600041 implements MigrationInterface {
  readonly name = 'RequestDigests1767225600041';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE requests ADD COLUMN request_digest text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE requests DROP COLUMN request_digest');
  }
}

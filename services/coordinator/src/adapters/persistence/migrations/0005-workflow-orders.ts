import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was ordered of the orchestrator for each request, to order it again when no workflow came of it. A request of before
 * has no row until it is checked, and then one without an order.
 */
export class WorkflowOrders1767225600040 implements MigrationInterface {
  readonly name = 'WorkflowOrders1767225600040';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE workflow_orders (
        request_id uuid PRIMARY KEY REFERENCES requests ON DELETE CASCADE,
        payload jsonb,
        check_at timestamptz NOT NULL,
        restarts integer NOT NULL DEFAULT 0,
        is_confirmed boolean NOT NULL DEFAULT false
      )`);
    await runner.query(`CREATE INDEX requests_by_end ON requests (ended_at) WHERE ended_at IS NOT NULL`);
    await runner.query(`CREATE INDEX requests_running ON requests (request_id) WHERE state = 'running'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX requests_running, requests_by_end`);
    await runner.query(`DROP TABLE workflow_orders`);
  }
}

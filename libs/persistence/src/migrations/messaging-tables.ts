import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeInboxPartitions } from '../inbox/inbox-partitions';
import type { MigrationClass } from '../database/create-database';

/**
 * `available_at` is when the outbox poller may take a row: a second after its commit, or later when the broker could
 * not route it or when it is a delayed redelivery. The tables are almost always nearly empty but turn over quickly, so
 * they are vacuumed by the number of dead rows rather than by their share.
 */
class MessagingTables1700000000000 implements MigrationInterface {
  readonly name = 'MessagingTables1700000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('event', 'command', 'agent_message', 'redelivery')),
        message_id text NOT NULL,
        vhost text NOT NULL CHECK (vhost IN ('services', 'agents')),
        exchange text NOT NULL,
        routing_key text NOT NULL,
        type text NOT NULL,
        headers jsonb NOT NULL,
        body bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        available_at timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        last_error text
      ) WITH (
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000
      )`);
    await runner.query('CREATE INDEX outbox_available_at ON outbox (available_at)');
    await runner.query(`
      CREATE TABLE inbox (
        consumer text NOT NULL,
        message_id uuid NOT NULL,
        PRIMARY KEY (message_id, consumer)
      ) PARTITION BY RANGE (message_id)`);
    await makeInboxPartitions(runner, new Date());
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE inbox');
    await runner.query('DROP TABLE outbox');
  }
}

/** Keys by which a service recognises what it sent to itself (ADR 0020). Only the owner of the schema reads them. */
class OriginKeys1700000000001 implements MigrationInterface {
  readonly name = 'OriginKeys1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE origin_keys (
        version integer PRIMARY KEY,
        key bytea NOT NULL CHECK (length(key) = 32),
        created_at timestamptz NOT NULL DEFAULT clock_timestamp()
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE origin_keys');
  }
}

/** Outbox (with delayed redeliveries), inbox and keys: the first migrations of every service. */
export const messagingMigrations: readonly MigrationClass[] = [
  MessagingTables1700000000000,
  OriginKeys1700000000001,
];

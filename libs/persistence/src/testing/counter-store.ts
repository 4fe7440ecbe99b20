import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '../database/create-database';
import type { SqlExecutor } from '../database/sql-executor';
import { messagingMigrations } from '../migrations/messaging-tables';

class Counters1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE counters (name text PRIMARY KEY, value integer NOT NULL)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE counters');
  }
}

export const counterMigrations: readonly MigrationClass[] = [...messagingMigrations, Counters1700000000001];

/** The smallest service: named counters. */
export const counterStores = (sql: SqlExecutor) => ({
  sql,
  counters: {
    async add(name: string): Promise<number> {
      const [row] = await sql.query<{ value: number }>(
        `INSERT INTO counters VALUES ($1, 1)
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value`,
        [name],
      );
      return row?.value ?? 0;
    },
    async value(name: string): Promise<number> {
      const [row] = await sql.query<{ value: number }>('SELECT value FROM counters WHERE name = $1', [name]);
      return row?.value ?? 0;
    },
  },
});

export type CounterStores = ReturnType<typeof counterStores>;

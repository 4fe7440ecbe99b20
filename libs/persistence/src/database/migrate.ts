import type { Logger } from '@ymera/kernel';
import { MigrationExecutor, type DataSource } from 'typeorm';

/** pg stores the query timeout with each connection, and has no statement or type for changing it. */
const limitOf = (client: unknown): { query_timeout?: number } =>
  (client as { readonly connectionParameters: { query_timeout?: number } }).connectionParameters;

/**
 * Holds a session lock of the schema: replicas that start together migrate serially, and the second finds nothing left
 * to do. Migrations have no timeout.
 */
async function withMigrationLock(
  dataSource: DataSource,
  schema: string,
  work: (executor: MigrationExecutor) => Promise<void>,
): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const lock = `ymera migrations of ${schema}`;
  const limit = limitOf(await runner.connect());
  const { query_timeout: before = 0 } = limit;
  limit.query_timeout = 0;
  try {
    await runner.query('SET statement_timeout = 0; SET lock_timeout = 0');
    await runner.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lock]);
    try {
      const executor = new MigrationExecutor(dataSource, runner);
      executor.transaction = 'each';
      await work(executor);
    } finally {
      // On a broken connection this fails too, and the server has let go of the lock already.
      await runner.query('RESET ALL; SELECT pg_advisory_unlock_all()').catch(() => undefined);
    }
  } finally {
    limit.query_timeout = before;
    await runner.release();
  }
}

export async function migrateUp(dataSource: DataSource, schema: string, logger: Logger): Promise<void> {
  await withMigrationLock(dataSource, schema, async (executor) => {
    const applied = await executor.executePendingMigrations();
    if (applied.length > 0)
      logger.info('migrations applied', { schema, migrations: applied.map(({ name }) => name) });
  });
}

export async function migrateDown(dataSource: DataSource, schema: string, steps: number): Promise<void> {
  await withMigrationLock(dataSource, schema, async (executor) => {
    for (let step = 0; step < steps; step += 1) await executor.undoLastMigration();
  });
}

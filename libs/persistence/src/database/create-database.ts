import { backoffMs, silentLogger, sleep, type Logger } from '@ymera/kernel';
import type { Pool } from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { Database } from './database';
import { asFailure, isUnavailable } from './database-failure';
import { QuietLogger } from './quiet-logger';
import { typeParsers } from './type-parsers';

export type MigrationClass = new () => MigrationInterface;

export interface DatabaseOptions {
  /** `postgresql://role:password@host:port/database`, with the service's own role. */
  readonly url: string;
  /** The only schema on the search path. */
  readonly schema: string;
  /** In order of the timestamps in their class names; `messagingMigrations` come first. */
  readonly migrations: readonly MigrationClass[];
  /** Connections at most; default 20. */
  readonly poolSize?: number;
  /** Shown in `pg_stat_activity`; default `ymera-<schema>`. */
  readonly applicationName?: string;
  /** Timeout of a statement; default 30 s. Migrations have none. An answer overdue by 5 s ends the connection. */
  readonly statementTimeoutMs?: number;
  /** Timeout of a wait for a row or table lock; default 10 s. */
  readonly lockTimeoutMs?: number;
  /** The server ends a session that keeps a transaction open without a statement; default 30 s. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Timeout of a new connection, and of a wait for a free one of the pool; default 5 s. */
  readonly connectTimeoutMs?: number;
  /** Attempts of the first connection while the server is unavailable; default 10, about 15 s. */
  readonly connectAttempts?: number;
  readonly logger?: Logger;
}

/**
 * The server itself ends a statement in time. An answer that is overdue by this much does not mean a slow statement:
 * the server was suspended, or the network lost the connection silently.
 */
const overdueMs = 5_000;

const connectBackoff = { baseMs: 200, maxMs: 2_000 };

const schemaName = /^[a-z_][a-z0-9_]*$/;

function dataSourceOf(options: DatabaseOptions, logger: Logger): DataSource {
  const statementTimeoutMs = options.statementTimeoutMs ?? 30_000;
  return new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    applicationName: options.applicationName ?? `ymera-${options.schema}`,
    poolSize: options.poolSize ?? 20,
    connectTimeoutMS: options.connectTimeoutMs ?? 5000,
    migrations: [...options.migrations],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    logger: new QuietLogger(),
    poolErrorHandler: (error: Error) => logger.warn('idle database connection lost', { error }),
    extra: {
      options: `-c search_path=${options.schema}`,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + overdueMs,
      lock_timeout: options.lockTimeoutMs ?? 10_000,
      idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? 30_000,
      keepAlive: true,
      // A connection costs tens of milliseconds to open on a busy machine, and a person's click would wait for it.
      idleTimeoutMillis: 300_000,
      types: typeParsers,
    },
  });
}

/** TypeORM types its pool as `any`; only this function knows the real type. */
const poolOf = (dataSource: DataSource): Pool =>
  (dataSource.driver as unknown as { readonly master: Pool }).master;

/**
 * Connects, and waits up to a limit for a server that is still starting. A wrong password or a missing database fails
 * at once. Does not migrate.
 */
export async function createDatabase(options: DatabaseOptions): Promise<Database> {
  if (!schemaName.test(options.schema)) throw new TypeError(`not a schema name: ${options.schema}`);
  const logger = options.logger ?? silentLogger;
  const attempts = options.connectAttempts ?? 10;
  for (let attempt = 1; ; attempt += 1) {
    const dataSource = dataSourceOf(options, logger);
    try {
      await dataSource.initialize();
      return new Database(dataSource, poolOf(dataSource), options.schema, logger);
    } catch (error) {
      if (!isUnavailable(error) || attempt >= attempts) throw asFailure(error);
      logger.warn('the database does not answer yet', { attempt, attempts });
      await sleep(backoffMs(attempt, connectBackoff));
    }
  }
}

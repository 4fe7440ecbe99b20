import { silentLogger, withTimeout, type Logger } from '@ymera/kernel';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { asFailure, isUnanswered } from './database-failure';
import { migrateDown, migrateUp } from './migrate';
import type { SqlExecutor } from './sql-executor';

const healthTimeoutMs = 2000;

/** One service's schema, reached with the service's own role through one pool of connections. Made by `createDatabase`. */
export class Database {
  /** Each statement is a transaction of its own. Transient conditions reject with a `FailureException`. */
  readonly sql: SqlExecutor = {
    query: async <Row>(sql: string, params: readonly unknown[] = []) => {
      try {
        return (await this.pool.query(sql, [...params])).rows as Row[];
      } catch (error) {
        throw asFailure(error);
      }
    },
  };

  private closing: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly pool: Pool,
    readonly schema: string,
    private readonly logger: Logger = silentLogger,
  ) {
    // Without a listener an error event of a connection in use ends the process, and it may come in the same turn as
    // the connection itself, before its caller runs. The pool closes a broken connection when it gets it back.
    const noted = (): void => undefined;
    pool.on('acquire', (client) => client.on('error', noted));
    pool.on('release', (_error, client) => client.off('error', noted));
  }

  /**
   * One connection for the duration of `work`. A connection that broke or does not answer, or that `work` left inside a
   * transaction, is closed instead of returned to the pool.
   */
  async withConnection<R>(work: (client: PoolClient) => Promise<R>): Promise<R> {
    const client = await this.pool.connect();
    let isUnresponsive = false;
    try {
      return await work(client);
    } catch (error) {
      isUnresponsive = isUnanswered(error);
      throw error;
    } finally {
      client.release(isUnresponsive || client.getTransactionStatus() !== 'I');
    }
  }

  /** Applies what is pending, one transaction per migration. Replicas wait for each other. */
  migrateUp(): Promise<void> {
    return migrateUp(this.dataSource, this.schema, this.logger);
  }

  /** Reverts the last `steps` migrations; default 1. */
  migrateDown(steps = 1): Promise<void> {
    return migrateDown(this.dataSource, this.schema, steps);
  }

  /** Whether a connection answers within two seconds. */
  async isHealthy(): Promise<boolean> {
    const answer = this.pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
    return withTimeout(healthTimeoutMs, answer, () => false);
  }

  /** Waits for the connections in use, then closes all. */
  close(): Promise<void> {
    this.closing ??= this.dataSource.destroy();
    return this.closing;
  }
}

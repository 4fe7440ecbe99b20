import type { ServiceName } from '@ymera/contracts';
import type { Messages, UnitOfWork } from '@ymera/unit-of-work';
import { backoffMs, sleep, systemClock, type Clock, type Logger } from '@ymera/kernel';
import { counter } from '@ymera/observability';
import type { ClientBase } from 'pg';
import type { Database } from '../database/database';
import { asFailure, isContention, isUnanswered } from '../database/database-failure';
import type { SqlExecutor } from '../database/sql-executor';
import { PostgresInbox } from '../inbox/postgres-inbox';
import type { OutboxRow } from '../outbox/outbox-publisher';
import { insertOutboxRows } from '../outbox/outbox-table';
import { TransactionOutbox } from '../outbox/transaction-outbox';
import { TransactionSql } from './transaction-sql';

const contentionBackoff = { baseMs: 20, maxMs: 1_000 };

export interface UnitOfWorkOptions {
  readonly service: ServiceName;
  /** Gets the messages of each transaction right after its commit; without it they wait for another process's relay. */
  readonly relay?: { handOver(rows: readonly OutboxRow[]): void };
  /** Maximum of attempts when races are lost; default 5. */
  readonly attempts?: number;
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/**
 * READ COMMITTED transactions on one connection each. Work that lost a race (serialization failure, deadlock) runs
 * again after a short random backoff; after the last attempt it fails with `transaction_contention` (retryable). A lost
 * connection or a server that shuts down fails with `database_unavailable`, a statement or lock that took too long with
 * `database_timeout`; the caller may retry both.
 * When the connection breaks during COMMIT itself, the outcome is unknown. That also is `database_unavailable`, and the
 * work does not run again here: a message is redelivered and finds its id in the inbox, a request is repeated with its
 * idempotency key, and the relay publishes messages that were committed.
 * A `run` inside of a `run` is a transaction of its own, on another connection.
 */
export class PostgresUnitOfWork<Stores extends object> implements UnitOfWork<Stores> {
  private readonly clock: Clock;
  private readonly attempts: number;
  private readonly retries = counter({
    name: 'ymera_transaction_retries_total',
    help: 'Transactions that lost a race and ran again. Normally close to 0.',
  });

  constructor(
    private readonly database: Database,
    private readonly options: UnitOfWorkOptions,
    private readonly stores: (sql: SqlExecutor) => Stores,
  ) {
    this.clock = options.clock ?? systemClock;
    this.attempts = options.attempts ?? 5;
  }

  async run<R>(work: (tx: Stores & Messages) => Promise<R>): Promise<R> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.database.withConnection((client) => this.attempt(client, work));
      } catch (error) {
        if (!isContention(error) || attempt >= this.attempts) throw asFailure(error);
        this.retries.inc();
        this.options.logger?.debug('the transaction lost a race and runs again', { attempt });
        await sleep(backoffMs(attempt, contentionBackoff, 'full'));
      }
    }
  }

  private async attempt<R>(client: ClientBase, work: (tx: Stores & Messages) => Promise<R>): Promise<R> {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
    const sql = new TransactionSql(client);
    const outbox = new TransactionOutbox(this.options.service, this.clock);
    let result: R;
    try {
      result = await work(
        Object.assign(this.stores(sql), { outbox, inbox: new PostgresInbox(sql, this.clock) }),
      );
      if (outbox.rows.length > 0) await insertOutboxRows(sql, outbox.rows);
      await sql.end();
    } catch (error) {
      await sql.end();
      // Without a rollback, or with one that fails, the connection is left in the transaction, and it is closed for that.
      if (!isUnanswered(error)) await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
    const { command } = await client.query('COMMIT');
    // PostgreSQL answers the commit of a failed transaction with ROLLBACK and without an error.
    if (command !== 'COMMIT')
      throw new Error(
        'rolled back: a statement failed and the work continued. Rethrow the error of a statement.',
      );
    this.options.relay?.handOver(outbox.rows);
    return result;
  }
}

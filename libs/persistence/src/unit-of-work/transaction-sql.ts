import type { ClientBase } from 'pg';
import type { SqlExecutor } from '../database/sql-executor';

/**
 * The statements of one transaction, serial even if a store sends several at once. After its end every further
 * statement is refused: it would run outside of any transaction, on a connection of another transaction.
 */
export class TransactionSql implements SqlExecutor {
  private last: Promise<unknown> = Promise.resolve();
  private ended = false;

  constructor(private readonly client: ClientBase) {}

  query<Row>(sql: string, params: readonly unknown[] = []): Promise<Row[]> {
    const next = this.last.then(async () => {
      if (this.ended) throw new Error('the transaction is over: await every statement inside of it');
      return (await this.client.query(sql, [...params])).rows as Row[];
    });
    this.last = next.catch(() => undefined);
    return next;
  }

  /** Waits for statements that were not awaited, then accepts no more. */
  async end(): Promise<void> {
    await this.last;
    this.ended = true;
  }
}

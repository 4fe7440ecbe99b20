import { sleep, type Logger } from '@ymera/kernel';
import type { SqlExecutor } from '../database/sql-executor';
import { deletePublishedRows } from './outbox-table';

/** Confirmations that arrive within this time share one statement. */
const lingerMs = 10;
const retryMs = 500;
const idsPerStatement = 1000;
/** Limit beyond which ids are dropped while the database is unavailable: their messages are then repeated, not lost. */
const maxIds = 50_000;

/** Confirmed rows that are to be deleted. */
export class PublishedRows {
  private readonly ids = new Set<string>();
  private deleting: Promise<void> | undefined;
  private readonly stopped = new AbortController();

  constructor(
    private readonly sql: SqlExecutor,
    private readonly logger: Logger,
  ) {}

  held(): IterableIterator<string> {
    return this.ids.values();
  }

  add(ids: readonly string[]): void {
    for (const id of ids) if (this.ids.size < maxIds) this.ids.add(id);
    if (this.ids.size > 0) this.deleting ??= this.deleteAll();
  }

  /** Deletes what is left, once. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.deleting;
  }

  private async deleteAll(): Promise<void> {
    await sleep(lingerMs, this.stopped.signal);
    let isUnavailable = false;
    while (this.ids.size > 0) {
      const page = [...this.ids].slice(0, idsPerStatement);
      try {
        await deletePublishedRows(this.sql, page);
        for (const id of page) this.ids.delete(id);
        isUnavailable = false;
      } catch (error) {
        if (!isUnavailable)
          this.logger.warn('published messages could not be deleted yet', { error, rows: this.ids.size });
        isUnavailable = true;
        if (this.stopped.signal.aborted) break;
        await sleep(retryMs, this.stopped.signal);
      }
    }
    // In the same turn as the last look at the ids: one that is added a moment later must not rely on this loop.
    this.deleting = undefined;
  }
}

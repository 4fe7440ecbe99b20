import { backoffMs, sleep, type Logger } from '@ymera/kernel';
import type { Database } from '../database/database';
import { TransactionSql } from '../unit-of-work/transaction-sql';
import { publishGuarded } from './guarded-publish';
import type { OutboxMetrics } from './outbox-metrics';
import type { OutboxPublisher, PublishOutcome } from './outbox-publisher';
import {
  deleteLockedRows,
  lockDueRows,
  postponeLockedRows,
  readOutboxDepth,
  type DueRow,
} from './outbox-table';

const rowsPerPage = 500;
const bytesPerPage = 8 * 1024 * 1024;
/**
 * Interval of passes that find nothing: with the second that a row waits first, a remaining row is published within 1.5
 * s.
 */
const idleMs = 400;
/** While the broker or the database is away. */
const awayBackoff = { baseMs: 500, maxMs: 2_000 };
const depthEveryMs = 5000;
/** A row that failed this often is published alone, so that it cannot fail others with it. */
const suspectAttempts = 3;
const suspectsPerPage = 20;
/**
 * In one pass no publication begins later than this. With the ten seconds that the last may take it stays well below
 * the database's idle-in-transaction timeout, beyond which all rows that the pass has published would be published
 * again.
 */
const beginWithinMs = 10_000;
const postponeSeconds = { failed: 5, unroutable: 300 };

type PollResult = 'nothing' | 'some' | 'full_page' | 'away';

/**
 * The fallback path: publishes rows that their own process did not, because it died, was full, or the broker was
 * unavailable, and rows that have become due since. Rows stay locked until the broker has answered, so a pass that dies
 * frees them at once.
 */
export class OutboxPoller {
  private readonly stopped = new AbortController();
  private running: Promise<void> | undefined;
  private depthReadAt = 0;

  constructor(
    private readonly database: Database,
    private readonly publisher: OutboxPublisher,
    /** Rows that this process is publishing or deleting at this moment. */
    private readonly held: () => readonly string[],
    private readonly metrics: OutboxMetrics,
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.running ??= this.loop();
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async loop(): Promise<void> {
    let failures = 0;
    while (!this.stopped.signal.aborted) {
      const swept = await this.pollSafely(failures > 0);
      failures = swept === 'away' ? failures + 1 : 0;
      if (swept === 'full_page') continue;
      const pauseMs = failures > 0 ? backoffMs(failures, awayBackoff) : idleMs;
      // Replicas that started together must not sweep together for ever.
      await sleep(pauseMs * (0.8 + Math.random() * 0.4), this.stopped.signal);
    }
  }

  private async pollSafely(wasUnavailable: boolean): Promise<PollResult> {
    try {
      const swept = await this.poll();
      if (swept === 'away' && !wasUnavailable)
        this.logger.warn('broker accepts no messages; they wait in the outbox');
      await this.readDepth();
      return swept;
    } catch (error) {
      if (!wasUnavailable) this.logger.warn('the outbox could not be swept', { error });
      return 'away';
    }
  }

  private poll(): Promise<PollResult> {
    return this.database.withConnection(async (client) => {
      const sql = new TransactionSql(client);
      await client.query('BEGIN');
      const rows = await lockDueRows(sql, {
        limit: rowsPerPage,
        maxBytes: bytesPerPage,
        except: this.held(),
      });
      const outcomes = rows.length > 0 ? await this.publish(rows) : [];
      await this.settle(sql, outcomes);
      await client.query('COMMIT');
      if (outcomes.length > 0 && outcomes.every(({ outcome }) => outcome.kind === 'failed')) return 'away';
      if (rows.length === 0) return 'nothing';
      return rows.length === rowsPerPage ? 'full_page' : 'some';
    });
  }

  private async publish(rows: readonly DueRow[]): Promise<{ row: DueRow; outcome: PublishOutcome }[]> {
    const sound = rows.filter(({ attempts }) => attempts < suspectAttempts);
    const suspects = rows.filter(({ attempts }) => attempts >= suspectAttempts).slice(0, suspectsPerPage);
    const beganAt = performance.now();
    const outcomes = sound.length > 0 ? [...(await publishGuarded(this.publisher, sound))] : [];
    for (const suspect of suspects) {
      if (this.stopped.signal.aborted || performance.now() - beganAt >= beginWithinMs) break;
      outcomes.push(...(await publishGuarded(this.publisher, [suspect])));
    }
    for (const { outcome } of outcomes) this.metrics.published('sweep', outcome.kind);
    return outcomes;
  }

  private async settle(sql: TransactionSql, outcomes: readonly { outcome: PublishOutcome }[]): Promise<void> {
    const all = outcomes.map(({ outcome }) => outcome);
    await deleteLockedRows(
      sql,
      all.filter(({ kind }) => kind === 'confirmed').map(({ id }) => id),
    );
    await postponeLockedRows(
      sql,
      all.filter((outcome) => outcome.kind === 'failed'),
      postponeSeconds.failed,
    );
    const unroutable = all.filter((outcome) => outcome.kind === 'unroutable');
    await postponeLockedRows(sql, unroutable, postponeSeconds.unroutable);
    if (unroutable.length > 0)
      this.logger.warn('unroutable messages stay in the outbox', {
        messages: unroutable.length,
        first: unroutable[0],
      });
  }

  private async readDepth(): Promise<void> {
    if (performance.now() - this.depthReadAt < depthEveryMs) return;
    this.depthReadAt = performance.now();
    this.metrics.depth(await readOutboxDepth(this.database.sql));
  }
}

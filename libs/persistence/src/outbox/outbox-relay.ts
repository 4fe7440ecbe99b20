import { silentLogger, sleep, type Logger } from '@ymera/kernel';
import type { ServiceName } from '@ymera/contracts';
import type { Database } from '../database/database';
import { maintainInboxPartitions, makeInboxPartitions } from '../inbox/inbox-partitions';
import { ImmediatePublisher } from './immediate-publisher';
import { OutboxMetrics } from './outbox-metrics';
import type { OutboxPublisher, OutboxRow } from './outbox-publisher';
import { OutboxPoller } from './outbox-poller';
import { PublishedRows } from './published-rows';

const upkeepEveryMs = 3_600_000;

export interface OutboxRelayOptions {
  readonly database: Database;
  readonly publisher: OutboxPublisher;
  /** Label of the metrics. */
  readonly service: ServiceName;
  readonly logger?: Logger;
}

/**
 * Brings committed messages to the broker, each at least once: right after the commit within this process, else by the
 * sweep of any process of the service. Also keeps the inbox's partitions. One per process.
 */
export class OutboxRelay {
  private readonly logger: Logger;
  private readonly published: PublishedRows;
  private readonly immediate: ImmediatePublisher;
  private readonly poller: OutboxPoller;
  private readonly stopped = new AbortController();
  private upkeep: Promise<void> | undefined;

  constructor(private readonly options: OutboxRelayOptions) {
    this.logger = options.logger ?? silentLogger;
    const metrics = new OutboxMetrics(options.service);
    this.published = new PublishedRows(options.database.sql, this.logger);
    this.immediate = new ImmediatePublisher(options.publisher, this.published, metrics);
    const held = (): string[] => [...this.immediate.held(), ...this.published.held()];
    this.poller = new OutboxPoller(options.database, options.publisher, held, metrics, this.logger);
  }

  /** Before the consumers: resolves when the inbox can take today's messages. Rejects when the tables are not there. */
  async start(): Promise<void> {
    if (this.upkeep) return;
    await makeInboxPartitions(this.options.database.sql, new Date());
    this.upkeep = this.keepPartitions();
    this.poller.start();
  }

  /** Called by the unit of work with what it has just committed; never waits, never throws. */
  handOver(rows: readonly OutboxRow[]): void {
    this.immediate.handOver(rows);
  }

  /**
   * After the consumers, before the publisher and the database: publishes what this process still holds and deletes what is
   * confirmed; the rest stays in the table for the next sweep.
   */
  async stop(): Promise<void> {
    this.stopped.abort();
    await Promise.all([this.poller.stop(), this.immediate.stop(), this.upkeep]);
    await this.published.stop();
  }

  private async keepPartitions(): Promise<void> {
    while (!this.stopped.signal.aborted) {
      try {
        await maintainInboxPartitions(this.options.database.sql, new Date());
      } catch (error) {
        this.logger.warn('the inbox partitions could not be kept; the next try is in an hour', { error });
      }
      await sleep(upkeepEveryMs, this.stopped.signal);
    }
  }
}

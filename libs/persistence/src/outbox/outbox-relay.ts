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
 * Publishes committed messages to the broker, each at least once: right after the commit within this process, otherwise
 * by the outbox poller of any process of the service. Also maintains the inbox's partitions. One per process.
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

  /**
   * Call it before the consumers start: resolves when the inbox can accept today's messages. Rejects when the tables
   * are missing.
   */
  async start(): Promise<void> {
    if (this.upkeep) return;
    await makeInboxPartitions(this.options.database.sql, new Date());
    this.upkeep = this.keepPartitions();
    this.poller.start();
  }

  /** The unit of work calls it with the messages of each commit; never waits, never throws. */
  handOver(rows: readonly OutboxRow[]): void {
    this.immediate.handOver(rows);
  }

  /**
   * After the consumers, before the publisher and the database: publishes the messages that this process still holds
   * and deletes the confirmed ones; the rest stays in the table for the next pass.
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
        this.logger.warn('inbox partitions could not be maintained; the next attempt is in an hour', {
          error,
        });
      }
      await sleep(upkeepEveryMs, this.stopped.signal);
    }
  }
}

import type { OutboxMetrics } from './outbox-metrics';
import { publishGuarded } from './guarded-publish';
import type { OutboxPublisher, OutboxRow } from './outbox-publisher';
import type { PublishedRows } from './published-rows';

/** Concurrent groups; further commits share a group. */
const maxGroups = 8;
const rowsPerGroup = 256;
/** Limit of messages in memory, waiting and in flight; the rest is left to the outbox poller. */
const maxRows = 5000;
const maxBytes = 32 * 1024 * 1024;

interface HandedOver {
  readonly row: OutboxRow;
  readonly at: number;
}

/**
 * The fast path: rows go from the commit straight to the publisher, those of concurrent commits together. It guarantees
 * nothing, because every row is also in the table: the outbox poller publishes rows that do not fit or fail here.
 */
export class ImmediatePublisher {
  private readonly waiting: HandedOver[] = [];
  /** Waiting and on their way. */
  private readonly inMemory = new Map<string, OutboxRow>();
  private readonly groups = new Set<Promise<void>>();
  private bytes = 0;
  private isScheduled = false;
  private isStopped = false;

  constructor(
    private readonly publisher: OutboxPublisher,
    private readonly published: PublishedRows,
    private readonly metrics: OutboxMetrics,
  ) {}

  held(): IterableIterator<string> {
    return this.inMemory.keys();
  }

  handOver(rows: readonly OutboxRow[]): void {
    const at = performance.now();
    for (const row of rows) {
      const isFull = this.inMemory.size >= maxRows || this.bytes + row.body.length > maxBytes;
      if (this.isStopped || isFull) {
        this.metrics.leftToPoll();
        continue;
      }
      this.inMemory.set(row.id, row);
      this.bytes += row.body.length;
      this.waiting.push({ row, at });
    }
    this.schedule();
  }

  /** Waits for what is on its way; takes nothing new. */
  async stop(): Promise<void> {
    this.isStopped = true;
    while (this.waiting.length > 0 || this.groups.size > 0) {
      this.startGroups();
      await Promise.race(this.groups);
    }
  }

  /** Once per turn of the event loop, so that commits that finish in the same turn share a group. */
  private schedule(): void {
    if (this.isScheduled || this.waiting.length === 0) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.startGroups();
    });
  }

  private startGroups(): void {
    while (this.waiting.length > 0 && this.groups.size < maxGroups) {
      const group = this.publishGroup(this.waiting.splice(0, rowsPerGroup)).finally(() => {
        this.groups.delete(group);
        this.startGroups();
      });
      this.groups.add(group);
    }
  }

  private async publishGroup(handedOver: readonly HandedOver[]): Promise<void> {
    const outcomes = await publishGuarded(
      this.publisher,
      handedOver.map(({ row }) => row),
    );
    const confirmed: string[] = [];
    for (const [index, { row, outcome }] of outcomes.entries()) {
      this.metrics.published('immediate', outcome.kind);
      if (outcome.kind === 'confirmed') {
        confirmed.push(row.id);
        this.metrics.confirmedAfter(performance.now() - (handedOver[index]?.at ?? 0));
      }
      this.inMemory.delete(row.id);
      this.bytes -= row.body.length;
    }
    this.published.add(confirmed);
  }
}

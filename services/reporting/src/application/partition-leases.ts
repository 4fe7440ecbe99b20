import type { Clock, Logger } from '@ymera/kernel';
import type { OwnedFleet } from './owned-fleet';
import type {
  PartitionLease,
  KnownAgent,
  PartitionConsumers,
  ReportingReader,
  ReportingUnitOfWork,
} from './ports';

export interface PartitionSettings {
  readonly count: number;
  readonly leaseMs: number;
}

const pageSize = 10_000;
/** Maximum difference between the clocks of instances plus duration of a transaction. */
const overlapMs = 30_000;

/**
 * Claims report partitions, renews their leases, reads their agents into memory, and only then consumes their reports.
 * One instance takes all free ones; a fair split among several instances is for a balancer on top of the same rows.
 */
export class PartitionLeases {
  private readonly consumed = new Set<number>();
  /** Held, but not all their agents are in memory: a failed read is repeated in the next round. */
  private readonly unread = new Set<number>();
  /** Until when it is known of which agents reports are expected. */
  private awaitedUntil: number;

  constructor(
    private readonly unitOfWork: ReportingUnitOfWork,
    private readonly reader: ReportingReader,
    private readonly consumers: PartitionConsumers,
    private readonly owned: OwnedFleet,
    private readonly settings: PartitionSettings,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.awaitedUntil = clock.now().getTime();
  }

  /** One round; call it several times per lease. */
  async execute(): Promise<void> {
    const { owner } = this.owned;
    const { leaseMs } = this.settings;
    const kept = await this.unitOfWork.run((tx) => tx.partitions.renew(owner, leaseMs));
    await this.releaseOthers(kept);
    // Finds a claim that was committed without an answer; otherwise no instance would ever hold its partitions.
    this.takeOver(kept.filter(({ partition }) => !this.owned.owns(partition)));
    const wanted = this.every().filter((partition) => !this.owned.owns(partition));
    if (wanted.length > 0) {
      const claimed = await this.unitOfWork.run((tx) => tx.partitions.claim(owner, wanted, leaseMs));
      this.takeOver(claimed);
    }
    await this.readUnread();
    await this.readAwaited();
    await this.consume();
    const isComplete = this.consumed.size > 0 && this.consumed.size === this.owned.partitions.length;
    this.owned.observe('ownership', !isComplete, this.clock.now().getTime());
  }

  /** The next owner need not wait for the leases to expire. */
  async stop(): Promise<void> {
    await Promise.all([...this.consumed].map((partition) => this.consumers.release(partition)));
    await this.owned.mutex.idle();
    await this.unitOfWork.run((tx) => tx.partitions.release(this.owned.owner));
  }

  private every(): number[] {
    return Array.from({ length: this.settings.count }, (_, partition) => partition);
  }

  private async releaseOthers(kept: readonly PartitionLease[]): Promise<void> {
    const still = new Set(kept.map(({ partition }) => partition));
    const lost = this.owned.partitions.filter((partition) => !still.has(partition));
    if (lost.length === 0) return;
    this.logger.warn('report partitions taken over by another instance', { partitions: lost });
    for (const partition of lost) {
      await this.consumers.release(partition);
      this.consumed.delete(partition);
      this.unread.delete(partition);
    }
    await this.owned.mutex.runExclusive(async () => this.owned.release(lost));
  }

  private takeOver(claimed: readonly PartitionLease[]): void {
    if (claimed.length === 0) return;
    // Reports to an earlier owner, or without an owner, are not known here: missed reports count from now.
    this.owned.observe('ownership', true, this.clock.now().getTime());
    for (const held of claimed) {
      this.owned.hold(held);
      this.unread.add(held.partition);
    }
  }

  private async readUnread(): Promise<void> {
    const partitions = this.unread.size;
    if (partitions === 0) return;
    let agents = 0;
    for (const partition of [...this.unread]) {
      agents += await this.readAgents(partition);
      this.unread.delete(partition);
    }
    this.logger.info('report partitions claimed', { partitions, agents });
  }

  /** Another instance may have handled the hello of an agent that is held here, and no report will tell. */
  private async readAwaited(): Promise<void> {
    const now = this.clock.now().getTime();
    const since = new Date(this.awaitedUntil - overlapMs);
    const awaited = await this.reader.awaited(this.owned.partitions, since);
    await this.owned.mutex.runExclusive(async () => {
      for (const known of awaited) this.owned.learn(known, now);
    });
    this.awaitedUntil = now;
  }

  private async readAgents(partition: number): Promise<number> {
    let count = 0;
    for (let after: string | undefined = ''; after !== undefined;) {
      const page: KnownAgent[] = await this.reader.agentsOf(partition, after, pageSize);
      for (const known of page) this.owned.learn(known, this.clock.now().getTime());
      count += page.length;
      after = page.length < pageSize ? undefined : page.at(-1)?.state.agentId;
    }
    return count;
  }

  /** Also those that failed the round before: the broker may have been unavailable. */
  private async consume(): Promise<void> {
    const waiting = this.owned.partitions.filter((partition) => !this.consumed.has(partition));
    const assigned = await Promise.allSettled(
      waiting.map(async (partition) => {
        await this.consumers.assign(partition);
        this.consumed.add(partition);
      }),
    );
    const failed = assigned.find((outcome) => outcome.status === 'rejected');
    if (failed) this.logger.debug('report queue is not consumed yet', { error: failed.reason });
  }
}

import type { Dependency } from './dependency';
import type { OwnedFleet } from './owned-fleet';

export interface IngestWatchSettings {
  /** After a full batch its queue is taken for behind for so long. */
  readonly backlogMs: number;
  /** After a look at a queue in which many waited, for so long: until the next look at it. */
  readonly deepMs: number;
  /** After a batch that could not be written consumers may pause for so long. */
  readonly pauseMs: number;
}

/** A process that did not run for so long has missed something; with short windows, sooner. */
const maxGapMs = 2_000;
const gapWindows = 2.5;

/**
 * Notices when reports may be on their way without being seen: something that is needed is away, the queues are behind,
 * the process was stopped, or the clock was set. Whoever is about to hold silence against somebody looks first.
 */
export class WatchIngest {
  private lastCheckAt: number | undefined;
  /** Partitions that are behind, and until when they are taken for it. */
  private readonly behindUntil = new Map<number, number>();
  private lastFailureAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly owned: OwnedFleet,
    private readonly dependencies: readonly Dependency[],
    private readonly settings: IngestWatchSettings,
  ) {}

  /**
   * A batch of one queue, as large as batches get: there was more than could be taken at once. The queue is known by its
   * senders; when none of them has an agent here, only its depth tells that it is behind.
   */
  tookFullBatch(principalIds: Iterable<string | undefined>, now: number): void {
    for (const principalId of principalIds) {
      const partition = principalId === undefined ? undefined : this.owned.fleet.partitionOf(principalId);
      if (partition !== undefined) return this.isBehind(partition, now, now + this.settings.backlogMs);
    }
  }

  foundDeep(partition: number, now: number): void {
    this.isBehind(partition, now, now + this.settings.deepMs);
  }

  /** The database, most likely: what was not written comes again after a pause. */
  failed(now: number): void {
    this.lastFailureAt = now;
    this.owned.observe('pause', true, now);
  }

  /** Asks nobody and waits for nothing; call it often. */
  check(now: number): void {
    const gapMs = Math.min(maxGapMs, gapWindows * this.owned.fleet.minWindowMs);
    const passedMs = now - (this.lastCheckAt ?? now);
    this.lastCheckAt = now;
    if (Math.abs(passedMs) > gapMs) {
      this.owned.interrupted('clock', now);
      for (const [partition, until] of this.behindUntil)
        this.behindUntil.set(partition, Math.min(until, now + this.settings.deepMs));
      this.lastFailureAt = Math.min(this.lastFailureAt, now);
    }
    for (const [partition, until] of this.behindUntil)
      if (now >= until) {
        this.behindUntil.delete(partition);
        this.owned.observeBacklog(partition, false, now);
      }
    this.owned.observe('pause', now - this.lastFailureAt < this.settings.pauseMs, now);
    for (const dependency of this.dependencies) dependency.check(now);
  }

  private isBehind(partition: number, now: number, until: number): void {
    this.behindUntil.set(partition, Math.max(until, this.behindUntil.get(partition) ?? 0));
    this.owned.observeBacklog(partition, true, now);
  }
}

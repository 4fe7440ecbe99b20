import type { Dependency } from './dependency';
import type { OwnedFleet } from './owned-fleet';

export interface IngestWatchSettings {
  /** Time for which a queue counts as behind after a full batch. */
  readonly backlogMs: number;
  /** Time for which a queue counts as behind after a check that found it deep: until its next check. */
  readonly deepMs: number;
  /** Maximum pause of consumers after a batch that could not be written. */
  readonly pauseMs: number;
}

/** A process that was suspended for this long has missed something; with short windows, sooner. */
const maxGapMs = 2_000;
const gapWindows = 2.5;

/**
 * Detects when reports may be on their way without being handled: a dependency is unavailable, the queues are behind,
 * the process was suspended, or the clock was set. It must run before missed reports lead to a sanction.
 */
export class WatchIngest {
  private lastCheckAt: number | undefined;
  /** Partitions that are behind, and until when they count as such. */
  private readonly behindUntil = new Map<number, number>();
  private lastFailureAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly owned: OwnedFleet,
    private readonly dependencies: readonly Dependency[],
    private readonly settings: IngestWatchSettings,
  ) {}

  /**
   * A batch of one queue of the maximum size: more was waiting. The queue is known by its senders; when none of them
   * has an agent here, only its depth shows that it is behind.
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

  /** The database, most likely: the batch is redelivered after a pause. */
  failed(now: number): void {
    this.lastFailureAt = now;
    this.owned.observe('pause', true, now);
  }

  /** Sends no request and waits for nothing; call it often. */
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

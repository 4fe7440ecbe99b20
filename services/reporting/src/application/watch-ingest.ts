import type { Dependency } from './dependency';
import type { OwnedFleet } from './owned-fleet';

export interface IngestWatchSettings {
  /** After a full batch the queues are taken for behind for so long. */
  readonly backlogMs: number;
  /** After a batch that could not be written consumers may pause for so long. */
  readonly pauseMs: number;
}

/** A process that did not run for so long has missed something; with short windows, sooner. */
const longestGapMs = 2_000;
const gapWindows = 2.5;

/**
 * Notices when reports may be on their way without being seen: something that is needed is away, the queues are behind,
 * the process was stopped, or the clock was set. Whoever is about to hold silence against somebody looks first.
 */
export class WatchIngest {
  private lastLookAt: number | undefined;
  private lastFullBatchAt = Number.NEGATIVE_INFINITY;
  private lastFailureAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly owned: OwnedFleet,
    private readonly dependencies: readonly Dependency[],
    private readonly settings: IngestWatchSettings,
  ) {}

  /** A batch as large as batches get: there was more than could be taken at once. */
  tookFullBatch(now: number): void {
    this.lastFullBatchAt = now;
    this.owned.observe('backlog', true, now);
  }

  /** The database, most likely: what was not written comes again after a pause. */
  failed(now: number): void {
    this.lastFailureAt = now;
    this.owned.observe('pause', true, now);
  }

  /** Asks nobody and waits for nothing; call it often. */
  look(now: number): void {
    const gapMs = Math.min(longestGapMs, gapWindows * this.owned.fleet.shortestWindowMs);
    const passedMs = now - (this.lastLookAt ?? now);
    this.lastLookAt = now;
    if (Math.abs(passedMs) > gapMs) {
      this.owned.interrupted('clock', now);
      this.lastFullBatchAt = Math.min(this.lastFullBatchAt, now);
      this.lastFailureAt = Math.min(this.lastFailureAt, now);
    }
    this.owned.observe('backlog', now - this.lastFullBatchAt < this.settings.backlogMs, now);
    this.owned.observe('pause', now - this.lastFailureAt < this.settings.pauseMs, now);
    for (const dependency of this.dependencies) dependency.look(now);
  }
}

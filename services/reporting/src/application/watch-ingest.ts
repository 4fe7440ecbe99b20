import type { OwnedFleet } from './owned-fleet';

export interface IngestWatchSettings {
  /** How often `execute` is called. */
  readonly tickMs: number;
  /** A tick that comes so much too late, or too early by the clock, means that time was lost or moved. */
  readonly gapMs: number;
  /** After a full batch the queues are taken for behind for so long. */
  readonly backlogMs: number;
  /** After a batch that could not be written consumers may pause for so long. */
  readonly pauseMs: number;
}

/**
 * Notices when reports may be on their way without being seen: the broker is away, the queues are behind, the process
 * was stopped, or the clock was set.
 */
export class WatchIngest {
  private lastTickAt: number | undefined;
  private lastFullBatchAt = Number.NEGATIVE_INFINITY;
  private lastFailureAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly owned: OwnedFleet,
    /** Rejects while something of the broker that is needed is away. */
    private readonly checkBroker: () => Promise<void>,
    private readonly settings: IngestWatchSettings,
  ) {}

  /** A batch as large as batches get: there was more than could be taken at once. */
  tookFullBatch(now: number): void {
    this.lastFullBatchAt = now;
  }

  /** The database, most likely: what was not written comes again after a pause. */
  failed(now: number): void {
    this.lastFailureAt = now;
    this.owned.observe('database', true, now);
  }

  async execute(now: number): Promise<void> {
    const { tickMs, gapMs, backlogMs, pauseMs } = this.settings;
    const expected = (this.lastTickAt ?? now - tickMs) + tickMs;
    this.lastTickAt = now;
    if (Math.abs(now - expected) > gapMs) {
      this.owned.interrupted('clock', now);
      this.lastFullBatchAt = Math.min(this.lastFullBatchAt, now);
      this.lastFailureAt = Math.min(this.lastFailureAt, now);
    }
    this.owned.observe('backlog', now - this.lastFullBatchAt < backlogMs, now);
    this.owned.observe('database', now - this.lastFailureAt < pauseMs, now);
    const isBrokerWell = await this.checkBroker().then(
      () => true,
      () => false,
    );
    this.owned.observe('broker', !isBrokerWell, now);
    this.owned.observe('starting', false, now);
  }
}

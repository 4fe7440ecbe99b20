import { FreshnessProbe, type Clock, type FreshnessProbeOptions } from '@ymera/kernel';
import type { Trouble } from '../domain/ingest-health';
import type { OwnedFleet } from './owned-fleet';

/** Something without which silence proves nothing: trouble unless it is freshly known to work. */
export class Dependency {
  private readonly probe: FreshnessProbe;

  constructor(
    readonly trouble: Trouble,
    private readonly owned: OwnedFleet,
    options: FreshnessProbeOptions,
    private readonly clock: Clock,
  ) {
    this.probe = new FreshnessProbe(options, clock);
  }

  /** Checks, unless a check is running or was started a moment ago. */
  async ask(): Promise<void> {
    await this.probe.refresh();
    this.check(this.clock.now().getTime());
  }

  check(now: number): void {
    this.owned.observe(this.trouble, !this.probe.isFresh(now), now);
  }
}

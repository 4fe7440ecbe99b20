import type { Clock } from '@ymera/kernel';
import type { FleetEntry } from '../domain/fleet';
import { notOwned, type OwnedFleet } from './owned-fleet';
import type { ReportingTransaction, ReportingUnitOfWork } from './ports';
import type { StatusCache } from './status-cache';

/**
 * Transactions that change agents of the partitions held here. One that failed may have been committed all the same: the
 * connection may have gone with the answer. Until the table has been asked, memory is not to be believed about its agents:
 * it would tell of the same change again, or never of the next one. For use under the fleet's mutex only.
 */
export class AgentWrites {
  private readonly doubted = new Set<string>();

  constructor(
    private readonly unitOfWork: ReportingUnitOfWork,
    private readonly owned: OwnedFleet,
    private readonly statuses: StatusCache,
    private readonly clock: Clock,
  ) {}

  /** Must run before any decision about agents; fails while the table cannot be read. */
  async settle(): Promise<void> {
    if (this.doubted.size === 0) return;
    const doubted = [...this.doubted].sort();
    const states = await this.unitOfWork.run((tx) => tx.agents.settled(doubted));
    for (const state of states) {
      const entry = this.owned.fleet.entry(state.agentId);
      if (entry) this.owned.changed(entry, state, this.clock.now().getTime());
      this.statuses.invalidate(state.agentId);
    }
    this.doubted.clear();
  }

  /** Under the epochs of these agents' partitions; the caller changes the memory afterwards. */
  async commit<R>(
    entries: readonly FleetEntry[],
    work: (tx: ReportingTransaction) => Promise<R>,
  ): Promise<R> {
    const held = this.owned.heldBy(entries.map(({ state }) => state));
    try {
      return await this.unitOfWork.run(async (tx) => {
        if (held.length > 0 && !(await tx.partitions.areSuppressed(this.owned.owner, held)))
          throw notOwned(held[0]?.partition ?? -1);
        return work(tx);
      });
    } catch (error) {
      for (const { state } of entries) this.doubted.add(state.agentId);
      throw error;
    }
  }
}

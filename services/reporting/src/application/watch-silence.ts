import type { AgentState } from '../domain/agent-state';
import type { FleetEntry } from '../domain/fleet';
import type { Decision } from '../domain/liveness';
import { announceLiveness } from './liveness-events';
import { notOwned, type OwnedFleet } from './owned-fleet';
import type { ReportingMetrics, ReportingUnitOfWork } from './ports';
import type { StatusCache } from './status-cache';

interface Change {
  readonly entry: FleetEntry;
  readonly decision: Decision;
  readonly state: AgentState;
}

/** Agents of one transaction. */
const chunkSize = 500;
/** When a change could not be written, it is decided anew after this long. */
const retryMs = 1_000;

/** Looks at the agents whose deadline has come, and at no others. */
export class WatchSilence {
  constructor(
    private readonly unitOfWork: ReportingUnitOfWork,
    private readonly owned: OwnedFleet,
    private readonly statuses: StatusCache,
    private readonly metrics: ReportingMetrics,
  ) {}

  /** The number of agents whose liveness changed. */
  execute(now: number): Promise<number> {
    return this.owned.lane.run(async () => {
      const changes: Change[] = [];
      for (const entry of this.owned.due(now)) {
        const decision = this.owned.decide(entry, now);
        if (decision.liveness === entry.state.liveness) this.owned.arm(entry, decision);
        else changes.push({ entry, decision, state: changedTo(entry.state, decision) });
      }
      for (let start = 0; start < changes.length; start += chunkSize)
        await this.write(changes.slice(start, start + chunkSize), changes.slice(start), now);
      return changes.length;
    });
  }

  /** `undone` are armed again when this fails: no deadline is ever lost. */
  private async write(chunk: readonly Change[], undone: readonly Change[], now: number): Promise<void> {
    try {
      await this.commit(chunk);
    } catch (error) {
      for (const { entry } of undone) this.owned.arm(entry, { nextCheckAt: now + retryMs });
      throw error;
    }
    for (const { entry, state, decision } of chunk) {
      this.owned.fleet.update(entry, state);
      this.owned.arm(entry, decision);
      this.statuses.invalidate(state.agentId);
      this.metrics.livenessChanged(state.liveness, 1);
    }
  }

  private async commit(chunk: readonly Change[]): Promise<void> {
    const states = chunk.map(({ state }) => state).sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
    const held = this.owned.heldBy(states);
    await this.unitOfWork.run(async (tx) => {
      if (!(await tx.partitions.areHeld(this.owned.owner, held))) throw notOwned(held[0]?.partition ?? -1);
      await tx.agents.saveLiveness(states);
      await announceLiveness(
        tx.outbox,
        chunk.map(({ entry, state }) => ({ from: entry.state.liveness, state })),
      );
    });
  }
}

const changedTo = (agent: AgentState, { liveness, missed }: Decision): AgentState => ({
  ...agent,
  liveness,
  missed,
  version: agent.version + 1,
});

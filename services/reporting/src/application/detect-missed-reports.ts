import type { Outbox } from '@ymera/unit-of-work';
import type { Clock } from '@ymera/kernel';
import type { AgentState } from '../domain/agent-state';
import { escalated } from '../domain/escalation';
import type { FleetEntry } from '../domain/fleet';
import {
  announceEnforcement,
  announceLiveness,
  type EnforcementChange,
  type LivenessChange,
} from './agent-events';
import type { AgentWrites } from './agent-writes';
import type { OwnedFleet } from './owned-fleet';
import type { ReportingMetrics } from './ports';
import type { StatusCache } from './status-cache';

interface Change {
  readonly entry: FleetEntry;
  readonly state: AgentState;
}

interface LivenessDrop extends Change {
  readonly fact: LivenessChange;
}

interface Escalation extends Change {
  readonly fact: EnforcementChange;
  /** Since when it was due. */
  readonly dueAt: number;
}

/** Agents per transaction. */
const chunkSize = 500;
/** Delay after which a change that could not be written is decided anew. */
const retryMs = 1_000;

/** Checks the agents whose deadline has passed, and no others. */
export class DetectMissedReports {
  constructor(
    private readonly writes: AgentWrites,
    private readonly owned: OwnedFleet,
    private readonly statuses: StatusCache,
    private readonly metrics: ReportingMetrics,
    private readonly clock: Clock,
  ) {}

  /** Returns the number of agents that were checked. */
  execute(now: number): Promise<number> {
    return this.owned.mutex.runExclusive(async () => {
      const due = this.owned.due(now);
      if (due.length === 0) return 0;
      try {
        await this.writes.settle();
        // Count the silent agents before sanctioning any: it may be all of them.
        await this.lowerLiveness(due, now);
        await this.escalate(due, now);
      } catch (error) {
        for (const entry of due) this.owned.arm(entry, { nextCheckAt: now + retryMs });
        throw error;
      }
      for (const entry of due) this.owned.arm(entry, this.owned.decide(entry, now));
      return due.length;
    });
  }

  private async lowerLiveness(due: readonly FleetEntry[], now: number): Promise<void> {
    const drops = due.flatMap((entry): LivenessDrop[] => {
      const { liveness, missed } = this.owned.decide(entry, now);
      if (liveness === entry.state.liveness) return [];
      const state = { ...entry.state, liveness, missed, version: entry.state.version + 1 };
      return [{ entry, state, fact: { from: entry.state.liveness, state } }];
    });
    for (const chunk of chunksOf(drops)) {
      await this.commit(chunk, (outbox) =>
        announceLiveness(
          outbox,
          chunk.map(({ fact }) => fact),
        ),
      );
      for (const { state } of chunk) this.metrics.livenessChanged(state.liveness, 1);
    }
  }

  private async escalate(due: readonly FleetEntry[], now: number): Promise<void> {
    const escalations = due.flatMap((entry): Escalation[] => {
      const { escalationDueAt, missed } = this.owned.decide(entry, now);
      if (escalationDueAt === null) return [];
      const state = escalated(entry.state, missed);
      const windowS = this.owned.fleet.windowMs(state.principalId) / 1000;
      const reason = `No report for ${missed} windows of ${windowS} s.`;
      const from = entry.state.enforcement;
      return [
        {
          entry,
          state,
          dueAt: escalationDueAt,
          fact: { from, state, cause: 'silence', decidedAt: now, reason },
        },
      ];
    });
    for (const chunk of chunksOf(escalations)) {
      await this.commit(chunk, (outbox) =>
        announceEnforcement(
          outbox,
          chunk.map(({ fact }) => fact),
        ),
      );
      const lagOf = (dueAt: number) => Math.max(0, this.clock.now().getTime() - dueAt);
      for (const { fact, state, dueAt } of chunk) {
        this.metrics.enforcementChanged(fact.from, state.enforcement);
        this.metrics.sanctioned(lagOf(dueAt));
      }
    }
  }

  private async commit(
    changes: readonly Change[],
    announce: (outbox: Outbox) => Promise<void>,
  ): Promise<void> {
    const states = changes.map(({ state }) => state).sort((a, b) => (a.agentId < b.agentId ? -1 : 1));
    const entries = changes.map(({ entry }) => entry);
    await this.writes.commit(entries, async (tx) => {
      await tx.agents.saveSanctionLevel(states);
      await announce(tx.outbox);
    });
    for (const { entry, state } of changes) {
      this.owned.fleet.update(entry, state);
      this.statuses.invalidate(state.agentId);
    }
  }
}

const chunksOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / chunkSize) }, (_, index) =>
    items.slice(index * chunkSize, (index + 1) * chunkSize),
  );

import type { agentStandingChanged, PayloadOf } from '@ymera/contracts';
import type { Clock } from '@ymera/kernel';
import type { AgentState } from '../domain/agent-state';
import { lifted } from '../domain/escalation';
import type { FleetEntry } from '../domain/fleet';
import { announceEnforcement } from './agent-events';
import type { AgentWrites } from './agent-writes';
import type { OwnedFleet } from './owned-fleet';
import type { ReportingMetrics, ReportingReader } from './ports';
import type { StatusCache } from './status-cache';

export interface SanctionEvent {
  /** Of the message. */
  readonly id: string;
  readonly payload: PayloadOf<typeof agentStandingChanged>;
}

/** `elsewhere`: only the instance that holds the agent's partition may change it. */
export type SanctionOutcome = 'followed' | 'elsewhere';

/**
 * The only change that the registry decides itself: an administrator lifted a freeze. Every other one is decided here.
 */
export class ProjectSanctionStatus {
  constructor(
    private readonly writes: AgentWrites,
    private readonly reader: ReportingReader,
    private readonly owned: OwnedFleet,
    private readonly statuses: StatusCache,
    private readonly metrics: ReportingMetrics,
    private readonly clock: Clock,
  ) {}

  execute(fact: SanctionEvent): Promise<SanctionOutcome> {
    if (fact.payload.cause !== 'lifted') return Promise.resolve('followed');
    return this.owned.mutex.runExclusive(async () => {
      await this.writes.settle();
      const entry = this.owned.fleet.entry(fact.payload.agent_id);
      if (!entry) return this.withoutEntry(fact.payload.agent_id);
      const now = this.clock.now().getTime();
      const state = lifted(entry.state, now);
      if (state !== entry.state) await this.lift(fact, entry, state, now);
      return 'followed';
    });
  }

  private async withoutEntry(agentId: string): Promise<SanctionOutcome> {
    const [known] = await this.reader.find([agentId]);
    return known && !known.isRetired ? 'elsewhere' : 'followed';
  }

  private async lift(
    { id, payload }: SanctionEvent,
    entry: FleetEntry,
    state: AgentState,
    now: number,
  ): Promise<void> {
    const from = entry.state.enforcement;
    const { reason, changed_by } = payload;
    const isNew = await this.writes.commit([entry], async (tx) => {
      if (!(await tx.inbox.accept('reporting.standing_changed', id))) return false;
      await tx.agents.saveSanctionLevel([state]);
      const change = { from, state, cause: 'lifted' as const, decidedAt: now };
      await announceEnforcement(tx.outbox, [
        { ...change, reason: `Lifted by ${changed_by}: ${reason}`.slice(0, 1000) },
      ]);
      return true;
    });
    if (!isNew) return;
    this.owned.changed(entry, state, now);
    this.statuses.invalidate(state.agentId);
    this.metrics.enforcementChanged(from, state.enforcement);
  }
}

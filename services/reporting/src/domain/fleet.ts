import type { AgentType, Liveness } from '@ymera/contracts';
import { LRUCache } from 'lru-cache';
import type { AgentState, SanctionLevel } from './agent-state';
import { Groups } from './groups';

export interface PrincipalSession {
  readonly session: number;
  /** The report interval of the principal. */
  readonly windowMs: number;
}

/** The entry of one agent: its state changes, the entry is the same until the agent is gone. */
export interface FleetEntry {
  state: AgentState;
  /** Whether its one deadline waits. */
  isArmed: boolean;
}

interface PrincipalHere {
  readonly partition: number;
  readonly agents: number;
}

/** An agent retired longer ago is looked up in the table, like any unknown one. */
const rememberedRetirements = 10_000;

export interface FleetCounts {
  readonly agents: number;
  readonly byLiveness: Readonly<Record<string, number>>;
  readonly byType: Readonly<Record<string, number>>;
  readonly byEnforcement: Readonly<Record<string, number>>;
}

/**
 * The agents of the partitions that this instance owns, as the table has them: changed only after the commit that wrote
 * the change. Counts are updated with every change, never computed by iteration.
 */
export class Fleet {
  private readonly entries = new Map<string, FleetEntry>();
  private readonly retired = new LRUCache<string, true>({ max: rememberedRetirements });
  private readonly sessions = new Map<string, PrincipalSession>();
  /** Principals with agents here; removed with their last agent, and read again with the next. */
  private readonly principals = new Map<string, PrincipalHere>();
  private readonly byLiveness = new Map<Liveness, number>();
  private readonly byType = new Map<AgentType, number>();
  private readonly byEnforcement = new Map<SanctionLevel, number>();
  readonly groups = new Groups();
  private shortest: number;

  constructor(readonly defaultWindowMs: number) {
    this.shortest = defaultWindowMs;
  }

  /** The shortest window of all principals: how quickly our own faults must be known. */
  get minWindowMs(): number {
    return this.shortest;
  }

  entry(agentId: string): FleetEntry | undefined {
    return this.entries.get(agentId);
  }

  isRetired(agentId: string): boolean {
    return this.retired.has(agentId);
  }

  issuedSession(principalId: string): number {
    return this.sessions.get(principalId)?.session ?? 0;
  }

  partitionOf(principalId: string): number | undefined {
    return this.principals.get(principalId)?.partition;
  }

  windowMs(principalId: string): number {
    return this.sessions.get(principalId)?.windowMs ?? this.defaultWindowMs;
  }

  /** Of two sessions the higher one counts, in any order of events. */
  openSession(principalId: string, opened: PrincipalSession): void {
    if (opened.session <= this.issuedSession(principalId)) return;
    this.sessions.set(principalId, opened);
    this.shortest = Math.min(this.shortest, opened.windowMs);
  }

  /** No effect when the agent is here already: its state here is newer. */
  add(state: AgentState): FleetEntry | undefined {
    if (this.entries.has(state.agentId) || this.retired.has(state.agentId)) return undefined;
    const entry = { state, isArmed: false };
    this.entries.set(state.agentId, entry);
    const { principalId, partition } = state;
    const agents = (this.principals.get(principalId)?.agents ?? 0) + 1;
    this.principals.set(principalId, { partition, agents });
    this.count(state, 1);
    this.groups.changed(undefined, state);
    return entry;
  }

  update(entry: FleetEntry, state: AgentState): void {
    if (this.entries.get(state.agentId) !== entry) return;
    this.count(entry.state, -1);
    this.groups.changed(entry.state, state);
    entry.state = state;
    this.count(state, 1);
  }

  retire(agentId: string): void {
    this.remove(agentId);
    this.retired.set(agentId, true);
  }

  /** Another instance owns them from now on. */
  forget(partitions: ReadonlySet<number>): void {
    for (const { state } of this.entries.values())
      if (partitions.has(state.partition)) this.remove(state.agentId);
  }

  counts(): FleetCounts {
    return {
      agents: this.entries.size,
      byLiveness: Object.fromEntries(this.byLiveness),
      byType: Object.fromEntries(this.byType),
      byEnforcement: Object.fromEntries(this.byEnforcement),
    };
  }

  private remove(agentId: string): void {
    const entry = this.entries.get(agentId);
    if (!entry) return;
    this.entries.delete(agentId);
    this.count(entry.state, -1);
    this.groups.changed(entry.state, undefined);
    this.leave(entry.state.principalId);
  }

  private leave(principalId: string): void {
    const here = this.principals.get(principalId);
    if (here && here.agents > 1) {
      this.principals.set(principalId, { ...here, agents: here.agents - 1 });
      return;
    }
    this.principals.delete(principalId);
    this.sessions.delete(principalId);
  }

  private count({ liveness, agentType, enforcement }: AgentState, by: 1 | -1): void {
    this.byLiveness.set(liveness, (this.byLiveness.get(liveness) ?? 0) + by);
    this.byType.set(agentType, (this.byType.get(agentType) ?? 0) + by);
    this.byEnforcement.set(enforcement, (this.byEnforcement.get(enforcement) ?? 0) + by);
  }
}

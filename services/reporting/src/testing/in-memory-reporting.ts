import type { Messages, UnitOfWork } from '@ymera/unit-of-work';
import { failure, FailureException, type Clock } from '@ymera/kernel';
import { InMemoryUnitOfWork } from '@ymera/testing';
import type {
  AcceptedReport,
  PartitionLease,
  KnownAgent,
  OpenSuppression,
  PartitionConsumers,
  Report,
  ReportingMetrics,
  ReportingReader,
  ReportingStores,
} from '../application/ports';
import { newAgent, type AgentState } from '../domain/agent-state';
import type { PrincipalSession } from '../domain/fleet';

interface Ownership {
  readonly owner: string | null;
  readonly epoch: number;
  readonly leaseUntil: number;
}

interface State {
  readonly agents: Map<string, AgentState>;
  /** Agents that were retired, also before their registration. */
  readonly retired: Map<string, Date>;
  readonly sessions: Map<string, PrincipalSession>;
  /** Since when reports are expected of an agent. */
  readonly expected: Map<string, number>;
  readonly latest: Map<string, Report>;
  readonly history: AcceptedReport[];
  readonly ownership: Map<number, Ownership>;
  readonly holds: Map<string, OpenSuppression & { readonly owner: string }>;
}

const byId = (a: { state: AgentState }, b: { state: AgentState }): number =>
  a.state.agentId < b.state.agentId ? -1 : 1;

const withExpectation = (agent: AgentState, expected: ReadonlyMap<string, number>): AgentState => ({
  ...agent,
  firstSessionAt: expected.get(agent.agentId) ?? null,
});

function storesOf(state: State, clock: Clock): ReportingStores {
  const now = () => clock.now().getTime();
  const { agents, retired, sessions, expected, latest, history, ownership, holds } = state;
  return {
    agents: {
      async register(agent) {
        if (agents.has(agent.agentId) || retired.has(agent.agentId)) return false;
        agents.set(agent.agentId, newAgent(agent));
        return true;
      },
      async retire(agentId, _principalId, at) {
        if (!retired.has(agentId)) retired.set(agentId, at);
      },
      async openSession(principalId, opened) {
        if (opened.session > (sessions.get(principalId)?.session ?? 0)) sessions.set(principalId, opened);
      },
      async expectReports(agentIds, at) {
        for (const agentId of agentIds) if (!expected.has(agentId)) expected.set(agentId, at.getTime());
      },
      async saveReports(newest) {
        for (const { state: after, report } of newest) {
          agents.set(after.agentId, { ...(agents.get(after.agentId) ?? after), ...after });
          latest.set(after.agentId, report);
        }
      },
      async saveSanctionLevel(states) {
        for (const { agentId, liveness, missed, version, enforcement, goodReports, liftedAt } of states) {
          const before = agents.get(agentId);
          if (before)
            agents.set(agentId, { ...before, liveness, missed, version, enforcement, goodReports, liftedAt });
        }
      },
      settled: async (agentIds) =>
        agentIds
          .map((agentId) => agents.get(agentId))
          .filter((agent) => agent !== undefined)
          .map((agent) => withExpectation(agent, expected)),
    },
    holds: {
      open: async (owner, hold) => void holds.set(hold.id, { ...hold, owner }),
      async close(owner) {
        const isAlive = (other: string) =>
          [...ownership.values()].some((row) => row.owner === other && row.leaseUntil >= now());
        const over = [...holds.values()].filter((hold) => hold.owner === owner || !isAlive(hold.owner));
        for (const { id } of over) holds.delete(id);
        return over.map(({ id, reason, since }) => ({ id, reason, since }));
      },
    },
    history: {
      append: async (reports) => void history.push(...reports),
    },
    partitions: {
      async claim(owner, partitions, leaseMs) {
        const free = partitions.filter((partition) => {
          const held = ownership.get(partition);
          return !held || held.owner === null || held.leaseUntil < now();
        });
        return free.map((partition): PartitionLease => {
          const epoch = (ownership.get(partition)?.epoch ?? 0) + 1;
          ownership.set(partition, { owner, epoch, leaseUntil: now() + leaseMs });
          return { partition, epoch };
        });
      },
      async renew(owner, leaseMs) {
        const held = [...ownership].filter(([, row]) => row.owner === owner);
        for (const [partition, row] of held)
          ownership.set(partition, { ...row, leaseUntil: now() + leaseMs });
        return held.map(([partition, { epoch }]) => ({ partition, epoch }));
      },
      async release(owner) {
        for (const [partition, row] of ownership)
          if (row.owner === owner) ownership.set(partition, { ...row, owner: null, leaseUntil: -Infinity });
      },
      async areSuppressed(owner, held) {
        return held.every(({ partition, epoch }) => {
          const row = ownership.get(partition);
          return row?.owner === owner && row.epoch === epoch;
        });
      },
    },
  };
}

/** Reporting's tables and reads in memory, under the same contract as the real ones. */
export class InMemoryReporting implements UnitOfWork<ReportingStores>, ReportingReader {
  readonly unitOfWork: InMemoryUnitOfWork<State, ReportingStores>;
  /** Every transaction fails meanwhile, as if the database did not answer. */
  isUnavailable = false;
  /**
   * This many of the next transactions are committed without an answer, as when the connection is lost at the commit.
   */
  unanswered = 0;
  reads = 0;

  constructor(clock: Clock) {
    this.unitOfWork = new InMemoryUnitOfWork<State, ReportingStores>(
      {
        agents: new Map(),
        retired: new Map(),
        sessions: new Map(),
        expected: new Map(),
        latest: new Map(),
        history: [],
        ownership: new Map(),
        holds: new Map(),
      },
      (state) => storesOf(state, clock),
    );
  }

  async run<R>(work: (tx: ReportingStores & Messages) => Promise<R>): Promise<R> {
    if (this.isUnavailable) throw new Error('the database is unavailable');
    const result = await this.unitOfWork.run(work);
    if (this.unanswered === 0) return result;
    this.unanswered -= 1;
    throw new FailureException(failure('unavailable', 'database_unavailable', 'The outcome is unknown.'));
  }

  async agentsOf(partition: number, after: string, limit: number) {
    return this.known()
      .filter(({ state, isRetired }) => !isRetired && state.partition === partition)
      .filter(({ state }) => state.agentId > after)
      .sort(byId)
      .slice(0, limit);
  }

  async awaited(partitions: readonly number[], since: Date) {
    return this.known()
      .filter(({ state, isRetired }) => !isRetired && partitions.includes(state.partition))
      .filter(({ state }) => state.lastReportAt === null && (state.firstSessionAt ?? 0) >= since.getTime())
      .sort(byId);
  }

  async find(agentIds: readonly string[]) {
    this.reads += 1;
    return this.known().filter(({ state }) => agentIds.includes(state.agentId));
  }

  async snapshot(agentId: string) {
    this.reads += 1;
    const state = this.unitOfWork.state.agents.get(agentId);
    const latest = this.unitOfWork.state.latest.get(agentId);
    return (
      state && {
        state: withExpectation(state, this.unitOfWork.state.expected),
        tasks: latest?.tasks.map(({ task_id }) => task_id) ?? [],
        metrics: latest?.metrics ?? {},
      }
    );
  }

  private known(): KnownAgent[] {
    const { agents, retired, sessions, expected } = this.unitOfWork.state;
    const unknownAgents = [...retired.keys()].filter((agentId) => !agents.has(agentId));
    return [
      ...[...agents.values()].map((state) => ({
        state: withExpectation(state, expected),
        session: sessions.get(state.principalId),
        isRetired: retired.has(state.agentId),
      })),
      ...unknownAgents.map((agentId) => ({
        state: newAgent({ agentId, agentType: 'CODING', principalId: 'unknown', partition: 0 }),
        session: undefined,
        isRetired: true,
      })),
    ];
  }
}

export class RecordedConsumers implements PartitionConsumers {
  readonly assigned = new Set<number>();
  isUnavailable = false;

  async assign(partition: number): Promise<void> {
    if (this.isUnavailable) throw new Error('the broker is unavailable');
    this.assigned.add(partition);
  }

  async release(partition: number): Promise<void> {
    this.assigned.delete(partition);
  }
}

export class RecordedMetrics implements ReportingMetrics {
  readonly outcomes: Record<string, number> = {};
  readonly violations: string[] = [];
  readonly suppressions = { issue: 0, violation: 0 };

  reports(outcome: string, count: number): void {
    this.outcomes[outcome] = (this.outcomes[outcome] ?? 0) + count;
  }

  violation(code: string): void {
    this.violations.push(code);
  }

  suppressed(signal: 'issue' | 'violation', count: number): void {
    this.suppressions[signal] += count;
  }

  readonly steps: string[] = [];
  readonly lagsMs: number[] = [];

  livenessChanged(): void {
    // Counted by the events.
  }

  enforcementChanged(from: string, to: string): void {
    this.steps.push(`${from} → ${to}`);
  }

  sanctioned(lagMs: number): void {
    this.lagsMs.push(lagMs);
  }
}

import { isStorable } from '@ymera/kernel';
import type { AgentState } from '../domain/agent-state';
import { reported, type ReportFacts } from '../domain/agent-state';
import { recovered } from '../domain/escalation';
import type { FleetEntry } from '../domain/fleet';
import { judgeReport, type Judgement, type ViolationCode } from '../domain/judge-report';
import type { AgentWrites } from './agent-writes';
import { GroupCommit } from './group-commit';
import { later, type Later } from './retry-later';
import {
  announceEnforcement,
  announceLiveness,
  type EnforcementChange,
  type LivenessChange,
} from './agent-events';
import { notOwned, type OwnedFleet } from './owned-fleet';
import type { AcceptedReport, Report, ReportingMetrics, ReportingReader, ReportOutcome } from './ports';
import type { Issue, RateLimitedSignals, Violation } from './rate-limited-signals';
import type { StatusCache } from './status-cache';

export interface IncomingReport {
  /** The user id that the broker validated. */
  readonly principalId: string | undefined;
  readonly report: Report;
  /** The server's time, in milliseconds; the sender's clock does not count. */
  readonly receivedAt: number;
  /** 1 at the first try. */
  readonly attempts: number;
}

export type IngestOutcome = { readonly kind: Exclude<ReportOutcome, 'later'> } | Later;

/** Reports per transaction. */
const maxGroupSize = 1000;
/** The result of a group of reports, before anything is written. */
interface Plan {
  readonly outcomes: IngestOutcome[];
  readonly accepted: AcceptedReport[];
  /** Newest report of each agent, and the agent after it. */
  readonly newest: Map<FleetEntry, AcceptedReport & { readonly state: AgentState }>;
  readonly violations: Violation[];
}

/**
 * Ingests reports: judges each, writes the newest of each agent and the history in one transaction with the events, and
 * only then changes the memory. Nothing is acknowledged before the commit; a redelivered report is recognised by its
 * sequence number.
 */
export class IngestReports {
  private readonly groups = new GroupCommit<IncomingReport, IngestOutcome>(maxGroupSize, (batch) =>
    this.owned.mutex.runExclusive(() => this.take(batch)),
  );

  constructor(
    private readonly writes: AgentWrites,
    private readonly reader: ReportingReader,
    private readonly owned: OwnedFleet,
    private readonly signals: RateLimitedSignals,
    private readonly statuses: StatusCache,
    private readonly metrics: ReportingMetrics,
  ) {}

  /** One outcome for each report, in order, after the commit. */
  execute(batch: readonly IncomingReport[]): Promise<IngestOutcome[]> {
    return this.groups.submit(batch);
  }

  private async take(batch: readonly IncomingReport[]): Promise<IngestOutcome[]> {
    await this.writes.settle();
    await this.learnAbout(batch);
    const plan = this.plan(batch);
    await this.commit(plan, batch.at(-1)?.receivedAt ?? 0);
    for (const { kind } of plan.outcomes) this.metrics.reports(kind, 1);
    return plan.outcomes;
  }

  /** Agents and sessions that another instance, or this one before a restart, has recorded. */
  private async learnAbout(batch: readonly IncomingReport[]): Promise<void> {
    const unknownAgents = batch.filter((incoming) => this.judge(incoming, new Map()).kind === 'ahead');
    if (unknownAgents.length === 0) return;
    const agentIds = [...new Set(unknownAgents.map(({ report }) => report.agent_id))];
    const now = batch.at(-1)?.receivedAt ?? 0;
    for (const known of await this.reader.find(agentIds)) {
      if (!known.isRetired && !this.owned.owns(known.state.partition)) throw notOwned(known.state.partition);
      this.owned.learn(known, now);
    }
  }

  private judge(
    { principalId, report }: IncomingReport,
    newest: ReadonlyMap<FleetEntry, { readonly state: AgentState }>,
  ): Judgement {
    const { fleet } = this.owned;
    const entry = fleet.entry(report.agent_id);
    return judgeReport({
      principalId,
      agent: entry && (newest.get(entry)?.state ?? entry.state),
      isRetired: fleet.isRetired(report.agent_id),
      issuedSession: principalId === undefined ? 0 : fleet.issuedSession(principalId),
      session: report.session,
      seq: report.seq,
    });
  }

  private plan(batch: readonly IncomingReport[]): Plan {
    const plan: Plan = { outcomes: [], accepted: [], newest: new Map(), violations: [] };
    for (const incoming of batch) {
      const judgement = this.judge(incoming, plan.newest);
      plan.outcomes.push(this.outcome(incoming, judgement, plan));
    }
    return plan;
  }

  private outcome(incoming: IncomingReport, judgement: Judgement, plan: Plan): IngestOutcome {
    const { report, receivedAt, attempts } = incoming;
    const violation = (code: ViolationCode): IngestOutcome => {
      plan.violations.push({
        principalId: incoming.principalId ?? 'unknown',
        agentId: report.agent_id,
        code,
      });
      return { kind: 'violation' };
    };
    switch (judgement.kind) {
      case 'duplicate':
      case 'retired':
      case 'frozen':
        return { kind: judgement.kind };
      case 'violation':
        return violation(judgement.code);
      case 'ahead':
        return later(attempts, judgement.code) ?? violation(judgement.code);
      case 'accepted': {
        if (!isStorable([report.metrics, report.tasks])) return violation('malformed');
        const entry = this.owned.fleet.entry(report.agent_id);
        if (!entry) return violation('agent_unknown');
        const before = plan.newest.get(entry)?.state ?? entry.state;
        const facts = { session: report.session, seq: report.seq, taskCount: report.tasks.length };
        plan.accepted.push({ report, receivedAt });
        plan.newest.set(entry, { report, receivedAt, state: this.after(before, facts, receivedAt) });
        return { kind: 'accepted' };
      }
    }
  }

  /** Good reports lift a sanction, but not while sanctions are suppressed: the next report will. */
  private after(agent: AgentState, facts: ReportFacts, receivedAt: number): AgentState {
    const state = reported(agent, facts, receivedAt);
    return this.owned.clearSinceIn(agent.partition) === null
      ? state
      : recovered(state, this.owned.policy.enforcement);
  }

  private async commit({ accepted, newest, violations }: Plan, now: number): Promise<void> {
    const signals = this.signals.plan(violations, accepted.flatMap(issuesOf(this.owned)), now);
    const rows = [...newest.values()].sort((a, b) => (a.state.agentId < b.state.agentId ? -1 : 1));
    const online = onlineAgain(newest);
    const recoveries = recoveriesIn(newest, now);
    if (rows.length > 0 || !signals.isEmpty)
      await this.writes.commit([...newest.keys()], async (tx) => {
        if (rows.length > 0) {
          await tx.agents.saveReports(rows);
          await tx.history.append(accepted);
        }
        await announceLiveness(tx.outbox, online);
        await announceEnforcement(tx.outbox, recoveries);
        await this.signals.raise(tx.outbox, signals);
      });
    this.signals.settle(signals);
    for (const [entry, { state }] of newest) {
      this.owned.changed(entry, state, now);
      this.statuses.invalidate(state.agentId);
    }
    if (online.length > 0) this.metrics.livenessChanged('online', online.length);
    for (const { from, state } of recoveries) this.metrics.enforcementChanged(from, state.enforcement);
  }
}

/** The first of the events about an agent that a report may cause; a recovery has the version after it. */
const onlineAgain = (newest: Plan['newest']): LivenessChange[] =>
  [...newest].flatMap(([{ state: before }, { state }]) =>
    before.liveness === state.liveness
      ? []
      : [{ from: before.liveness, state: { ...state, version: before.version + 1 } }],
  );

const recoveriesIn = (newest: Plan['newest'], decidedAt: number): EnforcementChange[] =>
  [...newest].flatMap(([{ state: before }, { state }]) =>
    before.enforcement === state.enforcement
      ? []
      : [
          {
            from: before.enforcement,
            state,
            cause: 'recovery' as const,
            decidedAt,
            reason: `${state.goodReports} consecutive good reports.`,
          },
        ],
  );

const issuesOf =
  ({ fleet }: OwnedFleet) =>
  ({ report }: AcceptedReport): Issue[] =>
    [...report.issues, ...report.security_events].map((issue) => ({
      ...issue,
      agent_id: report.agent_id,
      principal_id: fleet.entry(report.agent_id)?.state.principalId ?? '',
    }));

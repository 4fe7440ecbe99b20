import type { PayloadOf, report } from '@ymera/contracts';
import type { Messages, UnitOfWork } from '@ymera/unit-of-work';
import type { AgentState, RegisteredAgent } from '../domain/agent-state';
import type { PrincipalSession } from '../domain/fleet';
import type { SuppressionReason } from '../domain/incident';

export type Report = PayloadOf<typeof report>;

/** An accepted report, with the state of its agent after it. */
export interface AcceptedReport {
  readonly report: Report;
  readonly receivedAt: number;
}

export interface AgentTable {
  /** False when the agent was known, or retired before its registration arrived. */
  register(agent: RegisteredAgent, registeredAt: Date): Promise<boolean>;
  retire(agentId: string, principalId: string, at: Date): Promise<void>;
  /** Keeps the higher session. */
  openSession(principalId: string, opened: PrincipalSession): Promise<void>;
  /** Reports of these are expected from now on; keeps the first time, also of agents that are not registered yet. */
  expectReports(agentIds: readonly string[], at: Date): Promise<void>;
  /** The newest report of each agent; one statement, in the order of their ids. */
  saveReports(newest: readonly (AcceptedReport & { readonly state: AgentState })[]): Promise<void>;
  /** Everything of these except their reports: liveness, sanction level, and the reasons for both. */
  saveSanctionLevel(states: readonly AgentState[]): Promise<void>;
  /** The committed state of these, once every transaction that changes them has ended. In the order of their ids. */
  settled(agentIds: readonly string[]): Promise<AgentState[]>;
}

/** An incident that was published and is not over. */
export interface OpenSuppression {
  readonly id: string;
  readonly reason: SuppressionReason;
  readonly since: number;
}

export interface SuppressionTable {
  open(owner: string, hold: OpenSuppression): Promise<void>;
  /** Each is given to one caller only: those of this owner, and of others that hold no partition any more. */
  close(owner: string): Promise<OpenSuppression[]>;
}

export interface ReportHistory {
  append(reports: readonly AcceptedReport[]): Promise<void>;
}

/** A partition with the epoch under which it is held; a new owner raises it. */
export interface PartitionLease {
  readonly partition: number;
  readonly epoch: number;
}

export interface PartitionTable {
  /** Takes partitions that are free, or whose lease has expired. */
  claim(owner: string, partitions: readonly number[], leaseMs: number): Promise<PartitionLease[]>;
  /** Renews the leases of the partitions still held. */
  renew(owner: string, leaseMs: number): Promise<PartitionLease[]>;
  release(owner: string): Promise<void>;
  /**
   * Whether all of these are held under these epochs. No other instance can take them until the transaction ends, so
   * every write of it is the owner's.
   */
  areSuppressed(owner: string, held: readonly PartitionLease[]): Promise<boolean>;
}

export interface ReportingStores {
  readonly agents: AgentTable;
  readonly history: ReportHistory;
  readonly partitions: PartitionTable;
  readonly holds: SuppressionTable;
}

export type ReportingUnitOfWork = UnitOfWork<ReportingStores>;
export type ReportingTransaction = ReportingStores & Messages;

export interface KnownAgent {
  readonly state: AgentState;
  readonly session: PrincipalSession | undefined;
  readonly isRetired: boolean;
}

export interface AgentSnapshot {
  readonly state: AgentState;
  readonly tasks: readonly string[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** Reads that need no transaction. */
export interface ReportingReader {
  /** Agents that are not retired, by id, after `after`. */
  agentsOf(partition: number, after: string, limit: number): Promise<KnownAgent[]>;
  /** Agents, not retired, of which reports are expected since `since` or later, and that have sent none. */
  awaited(partitions: readonly number[], since: Date): Promise<KnownAgent[]>;
  find(agentIds: readonly string[]): Promise<KnownAgent[]>;
  snapshot(agentId: string): Promise<AgentSnapshot | undefined>;
}

/** The consumers of report queues. */
export interface PartitionConsumers {
  assign(partition: number): Promise<void>;
  /** Resolves when no message of the partition is in progress any more. */
  release(partition: number): Promise<void>;
}

export type ReportOutcome = 'accepted' | 'duplicate' | 'retired' | 'frozen' | 'violation' | 'later';

export interface ReportingMetrics {
  reports(outcome: ReportOutcome, count: number): void;
  violation(code: string): void;
  /** Signals that were not published because their source had used up its budget. */
  suppressed(signal: 'issue' | 'violation', count: number): void;
  livenessChanged(to: string, count: number): void;
  enforcementChanged(from: string, to: string): void;
  /** From an escalation being due to its commit. */
  sanctioned(lagMs: number): void;
}

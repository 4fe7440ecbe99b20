import type { AgentType, gateOpened, Liveness, PayloadOf, WorkflowState } from '@ymera/contracts';
import type { Messages, PauseStore, UnitOfWork } from '@ymera/unit-of-work';
import type { AttemptState } from '../domain/attempt/attempt-lifecycle';
import type { AttemptKey, Workflow, Time } from '../domain/workflow/workflow';
import type { GateDecision } from '../domain/workflow/workflow-event';
import type { RejectionCause } from '../domain/step/rejection-cause';
import type { Candidate } from '../domain/agents/select-agent';
import type { Timer, TimerKind } from '../domain/workflow/timers';

export interface StoredWorkflow {
  readonly workflow: Workflow;
  /** `traceparent` of the order that began it; everything that the workflow causes belongs to that trace. */
  readonly traceparent: string | undefined;
}

export interface WorkflowStore {
  /** With its timers, attempts and active steps. False when a workflow of that id exists. */
  insert(stored: StoredWorkflow): Promise<boolean>;
  /** Locked until the transaction ends. */
  lock(workflowId: string): Promise<StoredWorkflow | undefined>;
  /** Writes differences, also in timers, attempts and active steps. Only under the lock. */
  save(before: Workflow, after: Workflow): Promise<void>;
  find(workflowId: string): Promise<Workflow | undefined>;
  /** Newest first, those with an id below `before`. */
  page(filter: {
    readonly state?: WorkflowState | undefined;
    readonly before?: string | undefined;
    readonly limit: number;
  }): Promise<readonly Workflow[]>;
  /** Rewrites timers and active steps, whatever is stored; a step in the same state keeps its place in the queue. */
  repair(workflow: Workflow): Promise<void>;
  /** Ended ones with all that belongs to them, except those that another transaction holds. Gives their number. */
  deleteEndedBefore(time: Time, limit: number): Promise<number>;
  /** Logs of workflows that ended before. Gives the number of workflows. */
  deleteLogsOfEndedBefore(time: Time, limit: number): Promise<number>;
}

/** A report of an agent on the attempt it works on. */
export interface Heartbeat extends AttemptKey {
  readonly agentId: string;
  readonly principalId: string;
  readonly progress: number;
  readonly step: string;
  readonly leaseExpiresAt: Time;
  readonly now: Time;
  /** Minimum time between two progress events of an attempt. */
  readonly publishEveryMs: number;
}

export interface ExtendedLease {
  readonly workflowId: string;
  readonly requestId: string;
  readonly projectId: string;
  readonly stepId: string;
  readonly traceparent: string | undefined;
  /** Present when this progress is to be published: the task's `aggregate_version`. */
  readonly fact: number | undefined;
}

export interface HeldAttempt extends AttemptKey {
  readonly workflowId: string;
  readonly stepId: string;
}

/** In characters, of each attempt. */
export const keptLogLength = 262_144;

export interface AttemptStore {
  workflowOf(taskId: string): Promise<string | undefined>;
  /**
   * Undefined, and nothing changed, unless exactly this agent holds exactly this attempt under its present credential.
   */
  extendLease(heartbeat: Heartbeat): Promise<ExtendedLease | undefined>;
  /** The attempt's state, if it is or was given to this agent and principal. */
  stateOf(
    key: AttemptKey & { readonly agentId: string; readonly principalId: string },
  ): Promise<AttemptState | undefined>;
  /** Until when the attempt may go without progress, as extended by then. */
  limitsOf(key: AttemptKey): Promise<{ readonly lease: Time; readonly offer: Time } | undefined>;
  /** No lease or offer expires before `until`: messages sent during our downtime are still in the queue. */
  extendAll(until: Time): Promise<void>;
  heldBy(agentId: string): Promise<readonly HeldAttempt[]>;
  /** Those among them that were given under an older credential than the agent's present one. */
  fencedBy(agentId: string): Promise<readonly HeldAttempt[]>;
  /** By task id, of attempts held now. */
  progressOf(workflowIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /**
   * A tool's output, for people: of each attempt the last 256 KiB are kept. Without effect unless the agent holds the
   * attempt; a repeated chunk is ignored.
   */
  appendLog(
    key: AttemptKey & { readonly agentId: string; readonly principalId: string },
    log: { readonly offset: number; readonly chunk: string },
  ): Promise<void>;
  logOf(key: Pick<AttemptKey, 'taskId' | 'attempt'>): Promise<string>;
}

export interface DueTimer {
  readonly workflowId: string;
  readonly stepId: string;
  readonly kind: TimerKind;
}

export interface TimerStore {
  /** Due by then, longest overdue first. */
  due(by: Time, limit: number): Promise<readonly DueTimer[]>;
  next(): Promise<Time | undefined>;
  postpone(workflowId: string, timer: Timer): Promise<void>;
  /** Only if it is still due by then. */
  postponeDue(timer: DueTimer, by: Time, dueAt: Time): Promise<void>;
  /** Of a workflow that does not exist. */
  drop(workflowId: string): Promise<void>;
}

export interface WaitingStep {
  readonly workflowId: string;
  readonly stepId: string;
  readonly since: Time;
}

export interface Orphan {
  readonly workflowId: string;
  /** Empty: a running workflow without any active step. */
  readonly stepId: string;
}

export interface StepIndex {
  /** Steps that wait for an agent of this type, longest first, of those after `after`. */
  waiting(
    agentType: AgentType,
    after: WaitingStep | undefined,
    limit: number,
  ): Promise<readonly WaitingStep[]>;
  /** By agent type, without those of this workflow. */
  countWaitingElsewhere(
    agentTypes: readonly AgentType[],
    workflowId: string,
  ): Promise<ReadonlyMap<AgentType, number>>;
  /** Steps that wait for an agent, of all types. */
  countWaiting(): Promise<number>;
  /** Types for which a step waits and an agent is free. */
  dispatchable(now: Time, agentTypes?: readonly AgentType[]): Promise<readonly AgentType[]>;
  /** Steps without a timer, or with one that is long overdue. */
  orphans(unmovedSince: Time): Promise<readonly Orphan[]>;
}

export interface RegisteredAgent {
  readonly agentId: string;
  readonly agentType: AgentType;
  readonly principalId: string;
  readonly capabilities: readonly string[];
  readonly credentialEpoch: number;
  /** Attempts at a time. */
  readonly slots: number;
}

export interface SanctionStatus {
  readonly credentialEpoch: number;
  readonly principalId: string;
  readonly isUnresponsive: boolean;
}

export interface AgentDirectory {
  /** These and the next two have no effect when something newer is known already. */
  register(agent: RegisteredAgent, version: number): Promise<void>;
  retire(agentId: string, version: number): Promise<void>;
  /** Counts as online from then on, until reporting says otherwise. */
  openSession(principalId: string, agentIds: readonly string[], at: Time): Promise<void>;
  setLiveness(agentId: string, liveness: Liveness, at: Time, version: number): Promise<void>;
  /** Without effect when something newer is known; but the epoch never falls, in whatever order events arrive. */
  setEnforcement(
    agentId: string,
    standing: Pick<Candidate, 'enforcement' | 'credentialEpoch'>,
    version: number,
  ): Promise<void>;
  typesOf(agentIds: readonly string[]): Promise<readonly AgentType[]>;
  /** Undefined when the agent is unknown or retired. */
  accessOf(agentId: string): Promise<SanctionStatus | undefined>;
  /** It gets no work until then, unless it sent something after `after`. */
  markUnresponsive(agentId: string, until: Time, after: Time): Promise<void>;
  /** It sent something: it may get work again. */
  markResponsive(agentId: string): Promise<void>;
  /** It was given work now, which decides between agents of the same load. */
  markAssigned(agentId: string, at: Time): Promise<void>;
  /** Agents of these types with what they hold; no other transaction selects among them until this one ends. */
  lockCandidates(agentTypes: readonly AgentType[], now: Time): Promise<readonly Candidate[]>;
}

export interface GateStore {
  opened(gate: PayloadOf<typeof gateOpened>): Promise<void>;
  closed(gateId: string, outcome: string): Promise<void>;
  /** Stored before its effect is decided, so that every decision can be found later. */
  remember(decision: GateDecision): Promise<void>;
}

export interface OrchestratorStores {
  readonly runs: WorkflowStore;
  readonly attempts: AttemptStore;
  readonly timers: TimerStore;
  readonly steps: StepIndex;
  readonly directory: AgentDirectory;
  readonly gates: GateStore;
  readonly pauses: PauseStore;
}

export type OrchestratorUnitOfWork = UnitOfWork<OrchestratorStores>;
export type Transaction = OrchestratorStores & Messages;

/** Carries the trace of a workflow across timers, and across agents that send another one or none. */
export interface WorkflowTracing {
  current(): string | undefined;
  /** Runs `work` in a span of the workflow's trace. */
  within<T>(traceparent: string | undefined, name: string, work: () => Promise<T>): Promise<T>;
}

/** Notified after a commit; the safety net finds the same within seconds when the process dies in between. */
export interface Wake {
  timerSet(at: Time): void;
  /** An agent of these types may be free, or a step waits for one. */
  mayDispatch(agentTypes: readonly AgentType[]): void;
}

export interface OrchestratorMetrics {
  resultRefused(code: string): void;
  /** A result rejected or failed its step, or reported flaky tests. */
  stepRejected(cause: RejectionCause): void;
  orphans(count: number): void;
  timerFired(lateMs: number): void;
}

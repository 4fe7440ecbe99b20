import type { Fault } from '@ymera/contracts';
import type { BackoffPolicy } from '@ymera/kernel';

/** Durations and limits of every workflow; milliseconds. The plan's own (attempts, timeouts, budget) are not here. */
export interface WorkflowPolicy {
  /** Time without progress after which an accepted attempt loses its lease. */
  readonly leaseMs: number;
  /** Time in which an agent must accept or decline. */
  readonly offerMs: number;
  /** Grace period after the task's deadline, so that the agent's own report of it comes first. */
  readonly deadlineGraceMs: number;
  /** Time that a step may wait for an agent. */
  readonly queueMs: number;
  /** Time after which an unanswered order to integration is repeated. */
  readonly commitTimeoutMs: number;
  readonly backoff: BackoffPolicy;
  /**
   * Errors of these faults that cannot be retried end the step at once. All others are of one agent: another one is tried
   * within the step's attempts.
   */
  readonly finalFaults: readonly Fault[];
  /** Declined or unanswered offers of one task; the next one fails it. */
  readonly maxDeclines: number;
  /** Time that a person has to decide on rejected work; then it is abandoned. */
  readonly escalationMs: number;
  /** Escalations per workflow; a later rejection fails it. */
  readonly maxEscalations: number;
  /** Rebases of a change because the branch moved before it landed; the next time the workflow fails. */
  readonly maxBaseMoves: number;
  /** Time that an agent that did not answer gets no work, unless it sends something earlier. */
  readonly unresponsiveMs: number;
}

export const defaultWorkflowPolicy: WorkflowPolicy = {
  leaseMs: 15_000,
  offerMs: 10_000,
  deadlineGraceMs: 5_000,
  queueMs: 600_000,
  commitTimeoutMs: 60_000,
  backoff: { baseMs: 500, maxMs: 30_000 },
  finalFaults: ['project', 'request'],
  maxDeclines: 10,
  escalationMs: 86_400_000,
  maxEscalations: 3,
  maxBaseMoves: 20,
  unresponsiveMs: 60_000,
};

/** An agent that sends progress this often survives the loss of a few messages. */
export const heartbeatSeconds = ({ leaseMs }: WorkflowPolicy): number => Math.max(0.1, leaseMs / 5_000);

import type { BackoffPolicy } from '@ymera/kernel';

/** Times and bounds of every run; milliseconds. What the plan says itself (attempts, timeouts, budget) is not here. */
export interface WorkflowPolicy {
  /** How long an accepted attempt may be silent. */
  readonly leaseMs: number;
  /** How long an agent may take to accept or decline. */
  readonly offerMs: number;
  /** Beyond the task's deadline, so that the agent's own report of it comes first. */
  readonly deadlineGraceMs: number;
  /** How long a step may wait for an agent. */
  readonly queueMs: number;
  /** After this, integration is asked again for an answer it owes. */
  readonly commitTimeoutMs: number;
  readonly backoff: BackoffPolicy;
  /** Declined or unanswered offers of one task; the next one fails it. */
  readonly maxDeclines: number;
  /** How long a person may take to decide on rejected work; then it is abandoned. */
  readonly escalationMs: number;
  /** How often a run asks a person; what is rejected after that is given up. */
  readonly maxEscalations: number;
  /** How often a change is made again because the branch moved before it landed; the next time the run fails. */
  readonly maxBaseMoves: number;
  /** How long an agent that did not answer gets no work, unless it is heard of before. */
  readonly unresponsiveMs: number;
}

export const defaultWorkflowPolicy: WorkflowPolicy = {
  leaseMs: 15_000,
  offerMs: 10_000,
  deadlineGraceMs: 5_000,
  queueMs: 600_000,
  commitTimeoutMs: 60_000,
  backoff: { baseMs: 500, maxMs: 30_000 },
  maxDeclines: 10,
  escalationMs: 86_400_000,
  maxEscalations: 3,
  maxBaseMoves: 20,
  unresponsiveMs: 60_000,
};

/** An agent that is asked to show progress this often survives the loss of a few messages. */
export const heartbeatSeconds = ({ leaseMs }: WorkflowPolicy): number => Math.max(0.1, leaseMs / 5_000);

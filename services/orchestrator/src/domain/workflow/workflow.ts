import type {
  AttributedVerdict,
  BeforeAfter,
  ChangeArtefact,
  ErrorShape,
  Escalation,
  Finding,
  PayloadOf,
  ProposedChange,
  startWorkflow,
  StepState,
  TestSummary,
  Waiver,
  WorkflowState,
} from '@ymera/contracts';
import type { AttemptState } from '../attempt/attempt-lifecycle';

/** Milliseconds of Unix time, by the orchestrator's clock. */
export type Time = number;

/** The order; immutable. */
export type WorkflowDefinition = PayloadOf<typeof startWorkflow>;

/** Names one attempt on the wire. The fencing token rises with every dispatch of the step and is never reused. */
export interface AttemptKey {
  readonly taskId: string;
  readonly attempt: number;
  readonly fencingToken: number;
}

export interface Attempt extends AttemptKey {
  readonly agentId: string;
  readonly principalId: string;
  /** The credential's epoch at dispatch; a sanction raises the agent's epoch, which fences this attempt. */
  readonly credentialEpoch: number;
  readonly state: AttemptState;
  readonly dispatchedAt: Time;
  /** Deadline to accept or decline. */
  readonly offerExpiresAt: Time;
  /** As of dispatch or acceptance. Progress extends the lease in the attempt store, not here. */
  readonly leaseExpiresAt: Time;
  readonly deadlineAt: Time;
  readonly endedAt?: Time | undefined;
  /** Why it failed; one that is not retryable keeps the task from its agent. Absent in workflows of before that. */
  readonly error?: ErrorShape | undefined;
  /** The result took effect: the same result again gets the same answer. */
  readonly isSettled: boolean;
  /** When the agent confirmed that it stopped the canceled work. */
  readonly stoppedAt?: Time | undefined;
}

export interface Gate {
  readonly gateId: string;
  readonly subjectDigest: string;
  readonly expiresAt: Time;
  /** The subject of a gate that is not in the plan. */
  readonly escalation?: Escalation | undefined;
  readonly approval?: { readonly approvalId: string; readonly decidedBy: string } | undefined;
}

/** A commit that integration created of an agent's change. */
export interface Change {
  readonly changeId: string;
  readonly base: string;
  readonly commit: string;
  readonly tree: string;
  readonly agentId: string;
}

export interface StepOutput {
  readonly findings: readonly Finding[];
  readonly change?: Change | undefined;
  readonly tests?: TestSummary | undefined;
  readonly verdict?: AttributedVerdict | undefined;
  readonly beforeAfter?: BeforeAfter | undefined;
  readonly landed?: { readonly commit: string; readonly tree: string; readonly branch: string } | undefined;
}

export interface WorkflowStep {
  readonly stepId: string;
  readonly state: StepState;
  /** When the state must end by itself: queueing, backing off, an open gate, an overdue answer of integration. */
  readonly wakeAt?: Time | undefined;
  readonly startedAt?: Time | undefined;
  readonly endedAt?: Time | undefined;
  /** The task of this round of work; a step that is sent back gets a new one. */
  readonly taskId?: string | undefined;
  /** Every dispatch, oldest first. The last one is the current one while the step is dispatched, running or materialising. */
  readonly attempts: readonly Attempt[];
  readonly fencingToken: number;
  /** Failed or lost attempts of this round, limited by the plan's `max_attempts`. */
  readonly failures: number;
  /** Declined or unanswered offers of this round. */
  readonly declines: number;
  /**
   * How often this step has sent work back, over all rounds; beyond the plan's `max_loops` it escalates to a person.
   */
  readonly loops: number;
  /** Why the work was sent back: the findings of the rejection, for the next attempt. */
  readonly feedback: readonly Finding[];
  readonly gate?: Gate | undefined;
  /** What a person has accepted of the change that this step rejected; removed when the change is another one. */
  readonly waivers?: readonly Waiver[] | undefined;
  readonly output?: StepOutput | undefined;
  /** A change submitted to integration, kept to repeat the order when no answer comes. */
  readonly proposal?: Proposal | undefined;
  /** A change that integration rebases, because the branch has moved to `onto`. */
  readonly rebase?: { readonly change: Change; readonly onto: string } | undefined;
  readonly error?: ErrorShape | undefined;
  /** Reasons of selections and retries; newest last. */
  readonly reasons: readonly string[];
  readonly toolMs: number;
}

export interface Proposal {
  /** Inline, or an uploaded artefact of integration. */
  readonly change: ProposedChange | ChangeArtefact;
  readonly output: StepOutput;
}

export interface Workflow {
  readonly definition: WorkflowDefinition;
  readonly state: WorkflowState;
  readonly steps: Readonly<Record<string, WorkflowStep>>;
  /** Number of events published about this workflow; the last one's `aggregate_version`. */
  readonly facts: number;
  /** The head of the project's branch since it moved during this workflow; before that the base of the order counts. */
  readonly base?: string | undefined;
  /** How often the branch has moved before this workflow could land. */
  readonly baseMoves?: number | undefined;
  /** How often rejected work has escalated to a person; absent in older workflows. */
  readonly escalations?: number | undefined;
  readonly startedAt: Time;
  readonly endedAt?: Time | undefined;
  readonly error?: ErrorShape | undefined;
  readonly failedStepId?: string | undefined;
  /** Requested while a landing was in progress: it takes effect only if nothing lands. */
  readonly cancelRequested?: { readonly by: string; readonly reason: string } | undefined;
}

/** The agent id of a prepared change: no agent of the workflow made it, and none can rework it. */
export const preparedFor = (
  workflow: Workflow,
  stepId: string,
): NonNullable<WorkflowDefinition['prepared']> | undefined => {
  const { prepared } = workflow.definition;
  return prepared?.step_id === stepId ? prepared : undefined;
};

/** The attempt under which integration has recorded the step's change. */
export function producedUnder(
  workflow: Workflow,
  step: WorkflowStep,
): Pick<AttemptKey, 'taskId' | 'attempt'> | undefined {
  const prepared = preparedFor(workflow, step.stepId);
  return prepared ? { taskId: prepared.task_id, attempt: 1 } : currentAttempt(step);
}

/** What agents work on and changes are made against. */
export const baseOf = ({ base, definition }: Workflow): string => base ?? definition.base;

export const currentAttempt = (step: WorkflowStep): Attempt | undefined => step.attempts.at(-1);

export const isSameAttempt = (a: AttemptKey, b: AttemptKey): boolean =>
  a.taskId === b.taskId && a.attempt === b.attempt && a.fencingToken === b.fencingToken;

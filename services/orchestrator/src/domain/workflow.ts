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
import type { AttemptState } from './attempt-lifecycle';

/** Milliseconds of Unix time, by the clock of the orchestrator. */
export type Time = number;

/** What was ordered; never changes. */
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
  /** The credential's epoch at dispatch; a sanction raises the agent's, and this attempt is fenced. */
  readonly credentialEpoch: number;
  readonly state: AttemptState;
  readonly dispatchedAt: Time;
  /** Until then it must be accepted or declined. */
  readonly offerExpiresAt: Time;
  /** As of dispatch or acceptance. Progress extends the lease where attempts are stored, not here. */
  readonly leaseExpiresAt: Time;
  readonly deadlineAt: Time;
  readonly endedAt?: Time | undefined;
  /** The result took effect: the same result again gets the same answer. */
  readonly isSettled: boolean;
  /** When the agent said that it stopped the canceled work. */
  readonly stoppedAt?: Time | undefined;
}

export interface Gate {
  readonly gateId: string;
  readonly subjectDigest: string;
  readonly expiresAt: Time;
  /** What a gate that is in no plan is about. */
  readonly escalation?: Escalation | undefined;
  readonly approval?: { readonly approvalId: string; readonly decidedBy: string } | undefined;
}

/** A commit that integration made of an agent's change. */
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
  /** When the state must end by itself: queueing, backing off, an open gate, an answer that integration owes. */
  readonly wakeAt?: Time | undefined;
  readonly startedAt?: Time | undefined;
  readonly endedAt?: Time | undefined;
  /** The task of this round of work; a step sent back to be done again gets a new one. */
  readonly taskId?: string | undefined;
  /** Every dispatch, oldest first. The last one is the current one while the step is dispatched, running or materialising. */
  readonly attempts: readonly Attempt[];
  readonly fencingToken: number;
  /** Failed or lost attempts of this round, bounded by the plan's `max_attempts`. */
  readonly failures: number;
  /** Declined or unanswered offers of this round. */
  readonly declines: number;
  /** How often this step has sent work back, over all rounds; beyond the plan's `max_loops` only a person does. */
  readonly loops: number;
  /** Why the work came back: the findings of the rejection, for the next try. */
  readonly feedback: readonly Finding[];
  readonly gate?: Gate | undefined;
  /** What a person has accepted of the change that this step rejected; gone as soon as the change is another one. */
  readonly waivers?: readonly Waiver[] | undefined;
  readonly output?: StepOutput | undefined;
  /** A change on its way through integration, kept to ask again when no answer comes. */
  readonly proposal?: Proposal | undefined;
  /** A change that integration makes again, because the branch has moved to `onto`. */
  readonly rebase?: { readonly change: Change; readonly onto: string } | undefined;
  readonly error?: ErrorShape | undefined;
  /** Why this agent, why this retry; newest last. */
  readonly reasons: readonly string[];
  readonly toolMs: number;
}

export interface Proposal {
  /** Inline, or as an artefact of integration's. */
  readonly change: ProposedChange | ChangeArtefact;
  readonly output: StepOutput;
}

export interface Workflow {
  readonly definition: WorkflowDefinition;
  readonly state: WorkflowState;
  readonly steps: Readonly<Record<string, WorkflowStep>>;
  /** Facts published about this run; the last one's `aggregate_version`. */
  readonly facts: number;
  /** Where the project's branch stands since it moved under this run; before that the base is what was ordered. */
  readonly base?: string | undefined;
  /** How often the branch has moved before this run could land. */
  readonly baseMoves?: number | undefined;
  /** How often a person was asked what to do with rejected work; absent in runs of before that. */
  readonly escalations?: number | undefined;
  readonly startedAt: Time;
  readonly endedAt?: Time | undefined;
  readonly error?: ErrorShape | undefined;
  readonly failedStepId?: string | undefined;
  /** Asked for while a landing was under way: it takes effect only if nothing lands. */
  readonly cancelRequested?: { readonly by: string; readonly reason: string } | undefined;
}

/** Of the step whose change integration made before the run: no agent has done it, and none can do it again. */
export const preparedFor = (
  workflow: Workflow,
  stepId: string,
): NonNullable<WorkflowDefinition['prepared']> | undefined => {
  const { prepared } = workflow.definition;
  return prepared?.step_id === stepId ? prepared : undefined;
};

/** Under which attempt integration has recorded the step's change. */
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

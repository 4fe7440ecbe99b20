import { type ErrorShape, faultOf, type Finding } from '@ymera/contracts';
import { assertNever } from '@ymera/kernel';
import { backoffMs } from '@ymera/kernel';
import { failWorkflow, sendCancel } from '../workflow/end-workflow';
import type { TaskStep } from './judge-result';
import { causeOf } from '../step/rejection-cause';
import type { Attempt, WorkflowStep } from '../workflow/workflow';
import type { WorkflowDraft } from '../workflow/workflow-draft';
import type { LossCause } from '../workflow/workflow-event';
import type { WorkflowPolicy } from '../workflow/workflow-policy';

/**
 * Whether the error ends the step, whichever agent does it. An error that cannot be retried and is the project's or the
 * request's own stays the same for every agent; any other one says something about the agent that reported it.
 */
const isFinalForStep = (
  { code, fault, retryable }: ErrorShape,
  { finalFaults }: Pick<WorkflowPolicy, 'finalFaults'>,
): boolean => !retryable && finalFaults.includes(fault ?? faultOf(code));

/**
 * The attempt failed. A retryable error is tried again after a pause. An error that cannot be retried goes to another agent
 * at once: the agent that reported it does not get the task again. The step fails with the agent's own code when the
 * error is final for the step or no attempts are left. Findings go with the next attempt.
 */
export function failAttempt(
  draft: WorkflowDraft,
  planned: TaskStep,
  error: ErrorShape,
  {
    findings = [],
    ...settled
  }: { readonly findings?: readonly Finding[] } & Partial<Pick<Attempt, 'isSettled'>> = {},
): void {
  const { step_id: stepId, max_attempts: maxAttempts } = planned;
  const { now, policy, random } = draft.context;
  const { agentId } = draft.moveAttempt(stepId, 'fail', { ...settled, error });
  const { failures: before, feedback } = draft.step(stepId);
  const failures = before + 1;
  draft.patch(stepId, { failures, proposal: undefined });
  if (isFinalForStep(error, policy) || failures >= maxAttempts)
    return failWorkflow(draft, error, stepId, { findings });
  draft.patch(stepId, { feedback: findings.length > 0 ? findings : feedback });
  const what = `(${error.code}: ${error.message}), cause ${causeOf(error)}; ${maxAttempts - failures} left`;
  if (!error.retryable) {
    const reason = `${agentId} failed the attempt ${what}, for another agent.`;
    return draft.move(stepId, 'release', { wakeAt: now + policy.queueMs }, { reason, findings });
  }
  const pause = backoffMs(failures, policy.backoff, 'half', random);
  const reason = `Attempt failed ${what}, the next in ${pause} ms.`;
  draft.move(stepId, 'back_off', { wakeAt: now + pause }, { reason, findings });
}

/** Agents that failed the step's task with an error that cannot be retried. They do not get it again. */
export const agentsThatFailed = (step: WorkflowStep): readonly string[] =>
  step.attempts
    .filter(({ taskId, error }) => taskId === step.taskId && error?.retryable === false)
    .map(({ agentId }) => agentId);

/** No agent is left that has not failed the step, so the step fails with the last error. */
export function failForLackOfAgents(draft: WorkflowDraft, stepId: string, reason: string): void {
  const step = draft.findStep(stepId);
  if (step?.state !== 'ready') return;
  const error = step.attempts.findLast(
    (attempt) => attempt.taskId === step.taskId && attempt.error?.retryable === false,
  )?.error;
  draft.explain(stepId, reason);
  if (error) failWorkflow(draft, error, stepId, { findings: step.feedback });
}

/**
 * The agent of the current attempt is gone, as far as the platform knows. The step goes to another agent at once, as often
 * as the plan allows attempts. The lost agent is told to stop: it may only have been slow. An offer without an answer is no
 * failure of the step, because the work has not begun.
 */
export function loseAttempt(
  draft: WorkflowDraft,
  stepId: string,
  cause: LossCause | 'stopped',
  settled: Partial<Pick<Attempt, 'isSettled'>> = {},
): void {
  const planned = draft.planStep(stepId);
  if (planned.kind !== 'task') return;
  const attempt = draft.moveAttempt(stepId, 'lose', settled);
  const reason = `${attempt.agentId} ${explain(cause)}.`;
  if (cause !== 'stopped') sendCancel(draft, attempt, reason);
  if (cause === 'offer_expired') return offerAgain(draft, stepId, reason);
  const failures = draft.step(stepId).failures + 1;
  draft.patch(stepId, { failures });
  if (failures >= planned.max_attempts) {
    const message = `${reason} That was attempt ${failures} of ${planned.max_attempts}.`;
    return failWorkflow(draft, { code: 'agent_lost', message, retryable: false }, stepId);
  }
  const { now, policy } = draft.context;
  draft.move(stepId, 'release', { wakeAt: now + policy.queueMs }, { reason });
}

/** Counted with declined offers. The agent is unresponsive now and gets no other offer soon, so there is no pause. */
function offerAgain(draft: WorkflowDraft, stepId: string, reason: string): void {
  const { now, policy } = draft.context;
  const declines = draft.step(stepId).declines + 1;
  draft.patch(stepId, { declines });
  if (declines > policy.maxDeclines)
    return failWorkflow(draft, { code: 'agent_lost', message: reason, retryable: false }, stepId);
  draft.move(stepId, 'release', { wakeAt: now + policy.queueMs }, { reason });
}

function explain(cause: LossCause | 'stopped'): string {
  switch (cause) {
    case 'lease_expired':
      return 'exceeded its lease without a report';
    case 'offer_expired':
      return 'did not answer the offer in time';
    case 'agent_retired':
      return 'was retired';
    case 'agent_sanctioned':
      return 'was suspended or frozen';
    case 'stopped':
      return 'stopped the work';
    default:
      return assertNever(cause);
  }
}

import { isHeld } from '../attempt/attempt-lifecycle';
import { failWorkflow, sendCancel } from './end-workflow';
import { agentsThatFailed, failAttempt, loseAttempt } from '../attempt/attempt-failure';
import { taskStep } from '../attempt/handle-agents';
import { currentAttempt, isSameAttempt, type Attempt, type AttemptKey } from './workflow';
import type { WorkflowDraft } from './workflow-draft';
import type { LossCause } from './workflow-event';
import { isLanding } from './timers';

export function loseLease(draft: WorkflowDraft, stepId: string, key: AttemptKey, cause: LossCause): void {
  const attempt = heldAttempt(draft, stepId, key);
  if (!attempt) return;
  if (cause === 'offer_expired' && attempt.state !== 'offered') return;
  loseAttempt(draft, stepId, cause);
}

/** The agent should have reported this itself. More time would not help it, so another agent gets the step. */
export function expireDeadline(draft: WorkflowDraft, stepId: string, key: AttemptKey): void {
  const attempt = heldAttempt(draft, stepId, key);
  if (!attempt) return;
  const planned = taskStep(draft, stepId);
  const message = `${attempt.agentId} did not finish within ${planned.timeout_s} s.`;
  sendCancel(draft, attempt, message);
  failAttempt(draft, planned, { code: 'agent_failed', message, retryable: false });
}

/** No agent was available for as long as a step may wait; the last reason says why. */
export function expireQueue(draft: WorkflowDraft, stepId: string): void {
  const step = draft.findStep(stepId);
  if (step?.state !== 'ready') return;
  const waited = Math.round(draft.context.policy.queueMs / 1000);
  const failed = agentsThatFailed(step);
  const who = failed.length === 0 ? 'agent' : `agent but ${failed.join(', ')}, which failed it,`;
  const message = `No ${who} took ${stepId} within ${waited} s. ${step.reasons.at(-1) ?? ''}`.trim();
  failWorkflow(draft, { code: 'agent_unavailable', message, retryable: true }, stepId);
}

export function retryAttempt(draft: WorkflowDraft, stepId: string): void {
  if (draft.findStep(stepId)?.state !== 'retry_wait') return;
  draft.move(stepId, 'retry', { wakeAt: draft.context.now + draft.context.policy.queueMs });
}

export function spendBudget(draft: WorkflowDraft): void {
  if (isLanding(draft.workflow)) return;
  const open = draft.stepsIn('ready', 'dispatched', 'running', 'materialising', 'waiting_gate', 'retry_wait');
  const where = open.map(({ stepId, state }) => `${stepId} was ${state}`).join(', ');
  failWorkflow(draft, {
    code: 'budget_exhausted',
    message: `The workflow exceeded its budget of ${draft.workflow.definition.plan.budget_s} s; ${where}.`,
    retryable: false,
  });
}

function heldAttempt(draft: WorkflowDraft, stepId: string, key: AttemptKey): Attempt | undefined {
  const step = draft.findStep(stepId);
  const attempt = step && currentAttempt(step);
  return attempt && isHeld(attempt.state) && isSameAttempt(attempt, key) ? attempt : undefined;
}

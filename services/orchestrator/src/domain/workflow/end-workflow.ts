import { type ErrorShape, withFault } from '@ymera/contracts';
import { truncateEnd } from '@ymera/kernel';
import { isHeld } from '../attempt/attempt-lifecycle';
import { evidenceFor } from '../step/evidence';
import { currentAttempt, type Attempt, type WorkflowStep } from './workflow';
import type { ChangeContext, WorkflowDraft } from './workflow-draft';
import { activeStepStates } from '../step/step-lifecycle';
import { keyOf } from '../attempt/task-message';
import { isLanding } from './timers';
import { resultOf } from './workflow-result';

/** Limits of `errorShape`. */
const maxMessageLength = 4000;

/** Fail fast: one failed step ends the workflow, cancels the steps in progress and skips those that have not begun. */
export function failWorkflow(
  draft: WorkflowDraft,
  cause: ErrorShape,
  stepId?: string,
  because: ChangeContext = {},
): void {
  const error = withFault({ ...cause, message: truncateEnd(cause.message, maxMessageLength) });
  if (stepId !== undefined) draft.move(stepId, 'fail', {}, { reason: error.message, error, ...because });
  stopEverything(draft, 'The workflow has failed.');
  for (const { stepId: skipped } of draft.stepsIn('pending')) draft.move(skipped, 'skip');
  draft.moveWorkflow('fail', { error, failedStepId: stepId });
  draft.fact('workflow_failed', {
    ...draft.ids,
    ...(stepId === undefined ? {} : { step_id: stepId }),
    error,
    result: resultOf(draft.workflow),
    failed_at: draft.timestamp(),
  });
}

/**
 * A landing in progress may succeed whatever is decided here, so the cancellation is recorded and the landing
 * withdrawn: if nothing lands, the workflow is canceled.
 */
export function cancelWorkflow(draft: WorkflowDraft, by: string, reason: string): void {
  if (isLanding(draft.workflow)) {
    draft.workflow = { ...draft.workflow, cancelRequested: { by, reason } };
    for (const { stepId } of draft.stepsIn('running'))
      if (draft.planStep(stepId).kind === 'integration') withdrawLanding(draft, stepId, { by, reason });
    return;
  }
  stopEverything(draft, truncateEnd(`${by} canceled the workflow: ${reason}`, 500));
  for (const { stepId } of draft.stepsIn('pending')) draft.move(stepId, 'cancel');
  draft.moveWorkflow('cancel', {
    error: withFault({
      code: 'canceled',
      message: `${by} canceled the workflow: ${reason}`,
      retryable: false,
    }),
  });
  draft.fact('workflow_canceled', { ...draft.ids, canceled_by: by, canceled_at: draft.timestamp() });
}

/** Also the repeat when no answer comes; integration always answers with the outcome of the landing. */
export function withdrawLanding(
  draft: WorkflowDraft,
  stepId: string,
  { by, reason }: { readonly by: string; readonly reason: string },
): void {
  const { change } = evidenceFor(draft.workflow, stepId);
  if (!change) throw new TypeError(`step ${stepId} has no change to land`);
  draft.emit({
    kind: 'withdraw_landing',
    payload: { ...draft.ids, step_id: stepId, change_id: change.changeId, canceled_by: by, reason },
  });
}

function stopEverything(draft: WorkflowDraft, reason: string): void {
  for (const step of draft.stepsIn(...activeStepStates)) {
    stopStep(draft, step, reason);
    draft.move(step.stepId, 'cancel', { proposal: undefined }, { reason });
  }
}

/** Cancels what is in progress, before the step moves: the agent's attempt, or the open gate. */
export function stopStep(draft: WorkflowDraft, step: WorkflowStep, reason: string): void {
  const attempt = currentAttempt(step);
  if (attempt && isHeld(attempt.state)) {
    draft.moveAttempt(step.stepId, 'cancel');
    sendCancel(draft, attempt, reason);
  } else if (attempt?.state === 'reported') {
    draft.moveAttempt(step.stepId, 'cancel');
  }
  if (step.state === 'waiting_gate' && step.gate)
    draft.fact('gate_closed', {
      ...draft.ids,
      gate_id: step.gate.gateId,
      step_id: step.stepId,
      outcome: 'voided',
    });
}

export function sendCancel(draft: WorkflowDraft, attempt: Attempt, reason: string): void {
  draft.emit({
    kind: 'to_agent',
    name: 'cancel',
    principalId: attempt.principalId,
    payload: { ...keyOf(attempt), reason: truncateEnd(reason, 500) },
  });
}

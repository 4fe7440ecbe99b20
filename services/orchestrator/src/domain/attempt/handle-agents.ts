import type { ErrorShape } from '@ymera/contracts';
import { assertNever, backoffMs } from '@ymera/kernel';
import { failWorkflow, sendCancel } from '../workflow/end-workflow';
import { checkClaim, fenced } from './check-claim';
import { failAttempt, loseAttempt } from './attempt-failure';
import { judgeResult, type TaskResult, type TaskStep } from './judge-result';
import { requestCommit } from '../landing/request-commit';
import { causeOf, isFlaky } from '../step/rejection-cause';
import { rejectStep } from '../step/reject-step';
import type { Attempt } from '../workflow/workflow';
import type { WorkflowDraft } from '../workflow/workflow-draft';
import type { AssignedAgent, Claim } from '../workflow/workflow-event';
import { keyOf, taskMessage } from './task-message';

/** Dispatches a ready step to the selected agent: a new attempt under a token higher than any before. */
export function assign(draft: WorkflowDraft, stepId: string, agent: AssignedAgent, reason: string): void {
  const step = draft.findStep(stepId);
  if (step?.state !== 'ready') return;
  const planned = taskStep(draft, stepId);
  const { now, newId, policy } = draft.context;
  const taskId = step.taskId ?? newId();
  const attempt: Attempt = {
    ...agent,
    taskId,
    attempt: step.attempts.filter((one) => one.taskId === taskId).length + 1,
    fencingToken: step.fencingToken + 1,
    state: 'offered',
    dispatchedAt: now,
    offerExpiresAt: now + policy.offerMs,
    leaseExpiresAt: now + policy.leaseMs,
    deadlineAt: now + planned.timeout_s * 1000,
    isSettled: false,
  };
  draft.move(
    stepId,
    'dispatch',
    {
      taskId,
      fencingToken: attempt.fencingToken,
      attempts: [...step.attempts, attempt],
      startedAt: step.startedAt ?? now,
    },
    { reason },
  );
  draft.emit({
    kind: 'to_agent',
    name: 'task',
    principalId: attempt.principalId,
    payload: taskMessage(draft.workflow, planned, draft.step(stepId), attempt, policy),
  });
}

export function accept(draft: WorkflowDraft, claim: Claim): void {
  const examined = checkClaim(draft.workflow, claim);
  if (examined.kind === 'over') {
    // The agent begins work that was taken from it while it was offline.
    if (isNoLongerHeld(examined.attempt)) sendCancel(draft, examined.attempt, fenced.message);
    return;
  }
  if (examined.kind !== 'held' || examined.attempt.state !== 'offered') return;
  draft.moveAttempt(examined.stepId, 'accept', {
    leaseExpiresAt: draft.context.now + draft.context.policy.leaseMs,
  });
  draft.move(examined.stepId, 'accept');
}

/** Not a failure of the step: another agent gets it at once after the first decline, with a backoff after later ones. */
export function decline(draft: WorkflowDraft, claim: Claim, code: string, message: string): void {
  const examined = checkClaim(draft.workflow, claim);
  if (examined.kind !== 'held') return;
  const { stepId } = examined;
  const { agentId } = draft.moveAttempt(stepId, 'decline');
  const { policy, now, random } = draft.context;
  const declines = draft.step(stepId).declines + 1;
  const reason = `${agentId} declined (${code}): ${message}`;
  draft.patch(stepId, { declines });
  if (declines > policy.maxDeclines)
    return failWorkflow(draft, { code: 'task_declined', message: reason, retryable: false }, stepId);
  if (declines === 1) return draft.move(stepId, 'release', { wakeAt: now + policy.queueMs }, { reason });
  draft.move(
    stepId,
    'back_off',
    { wakeAt: now + backoffMs(declines, policy.backoff, 'half', random) },
    { reason },
  );
}

/**
 * Exactly the first result of exactly the attempt held takes effect; every other sender gets a refusal with its reason.
 */
export function end(draft: WorkflowDraft, claim: Claim, reported: TaskResult): void {
  const examined = checkClaim(draft.workflow, claim);
  switch (examined.kind) {
    case 'settled':
      return answer(draft, claim);
    case 'refused':
      return answer(draft, claim, examined.error);
    case 'over':
      if (reported.outcome !== 'canceled' || !isNoLongerHeld(examined.attempt))
        return answer(draft, claim, fenced);
      draft.putAttempt(examined.stepId, {
        ...examined.attempt,
        isSettled: true,
        stoppedAt: draft.context.now,
      });
      return answer(draft, claim);
    case 'held':
      answer(draft, claim);
      return settle(draft, examined.stepId, reported);
    default:
      return assertNever(examined);
  }
}

function settle(draft: WorkflowDraft, stepId: string, reported: TaskResult): void {
  const planned = taskStep(draft, stepId);
  const step = draft.step(stepId);
  draft.patch(stepId, { toolMs: step.toolMs + (reported.metrics?.tool_ms ?? 0) });
  const settled = { isSettled: true };
  const judgement = judgeResult(draft.workflow, planned, step.attempts.at(-1) ?? never(stepId), reported);
  if (judgement.kind === 'rejected' || judgement.kind === 'failed')
    draft.emit({ kind: 'step_rejection', payload: { cause: causeOf(judgement.error) } });
  if (isFlaky(reported.tests)) draft.emit({ kind: 'step_rejection', payload: { cause: 'flaky' } });
  switch (judgement.kind) {
    case 'done':
      draft.moveAttempt(stepId, 'complete', settled);
      return draft.move(
        stepId,
        'complete',
        { output: judgement.output, feedback: [] },
        { findings: judgement.output.findings },
      );
    case 'proposed':
      draft.moveAttempt(stepId, 'report', settled);
      draft.move(stepId, 'materialise', {
        proposal: judgement.proposal,
        wakeAt: draft.context.now + draft.context.policy.commitTimeoutMs,
      });
      return requestCommit(draft, planned);
    case 'rejected':
      draft.moveAttempt(stepId, 'complete', settled);
      return rejectStep(draft, planned, judgement.error, judgement.output);
    case 'failed':
      return failAttempt(draft, planned, judgement.error, { findings: judgement.findings, ...settled });
    case 'stopped':
      return loseAttempt(draft, stepId, 'stopped', settled);
    default:
      return assertNever(judgement);
  }
}

function answer(draft: WorkflowDraft, claim: Claim, error?: ErrorShape): void {
  const to = { kind: 'to_agent', principalId: claim.principalId } as const;
  draft.emit(
    error
      ? { ...to, name: 'result_refused', payload: { ...keyOf(claim), error } }
      : { ...to, name: 'result_accepted', payload: keyOf(claim) },
  );
}

const isNoLongerHeld = ({ state }: Attempt): boolean =>
  state === 'lost' || state === 'canceled' || state === 'failed';

export function taskStep(draft: WorkflowDraft, stepId: string): TaskStep {
  const planned = draft.planStep(stepId);
  return planned.kind === 'task' ? planned : never(stepId);
}

function never(stepId: string): never {
  throw new TypeError(`step ${stepId} is not a task, or was never dispatched`);
}

import { assertNever } from '@ymera/kernel';
import { failWorkflow, sendCancel } from './end-workflow';
import type { Attempt } from './workflow';
import type { WorkflowDraft } from './workflow-draft';
import type { LossCause } from './workflow-event';

/**
 * The holder of the current attempt is presumed lost. The step goes to another agent at once, up to the attempts that
 * the plan allows. The previous holder is canceled: it may only have been slow. An unanswered offer is not a failure of
 * the step: no work began.
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
  if (failures >= planned.max_attempts) {
    draft.patch(stepId, { failures });
    failWorkflow(
      draft,
      {
        code: 'agent_lost',
        message: `${reason} That was attempt ${failures} of ${planned.max_attempts}.`,
        retryable: false,
      },
      stepId,
    );
    return;
  }
  const { now, policy } = draft.context;
  draft.move(stepId, 'release', { failures, wakeAt: now + policy.queueMs }, { reason });
}

/** Counted with declined offers. An agent that did not answer gets no offer for a while, so there is no backoff. */
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

import { assertNever } from '@ymera/kernel';
import { failWorkflow, sendCancel } from './end-workflow';
import type { Attempt } from './workflow';
import type { WorkflowDraft } from './workflow-draft';
import type { LossCause } from './workflow-event';

/**
 * The holder of the current attempt is gone, as far as we can tell. The step goes to another agent at once, as often as
 * the plan allows attempts. The one that lost it is told to stop: it may only have been slow. An offer that nobody answered
 * is no failure of the step: nobody has begun with it.
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

/** Counted with declined offers. Whoever did not answer is not asked again soon, so there is no pause. */
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
      return 'was silent for longer than its lease';
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

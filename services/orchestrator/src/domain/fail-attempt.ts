import type { ErrorShape, Finding } from '@ymera/contracts';
import { backoffMs } from '@ymera/kernel';
import { failWorkflow } from './end-workflow';
import type { TaskStep } from './judge-result';
import { causeOf } from './rejection-cause';
import type { WorkflowDraft } from './workflow-draft';

/**
 * The current attempt of a step failed. A retryable error with attempts left is retried after a backoff; otherwise the
 * workflow fails with the agent's own code. The findings go with the next attempt.
 */
export function failAttempt(
  draft: WorkflowDraft,
  planned: TaskStep,
  error: ErrorShape,
  findings: readonly Finding[] = [],
): void {
  const { stepId, failures: before, feedback } = draft.step(planned.step_id);
  const failures = before + 1;
  if (!error.retryable || failures >= planned.max_attempts) {
    draft.patch(stepId, { failures, proposal: undefined });
    failWorkflow(draft, error, stepId, { findings });
    return;
  }
  const pause = backoffMs(failures, draft.context.policy.backoff, 'half', draft.context.random);
  draft.move(
    stepId,
    'back_off',
    {
      failures,
      proposal: undefined,
      wakeAt: draft.context.now + pause,
      feedback: findings.length > 0 ? findings : feedback,
    },
    {
      reason: `Attempt failed (${error.code}: ${error.message}), cause ${causeOf(error)}; ${planned.max_attempts - failures} left, the next in ${pause} ms.`,
      findings,
    },
  );
}

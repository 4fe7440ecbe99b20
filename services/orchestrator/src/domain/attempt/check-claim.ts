import type { ErrorShape } from '@ymera/contracts';
import { isHeld } from './attempt-lifecycle';
import type { Attempt, Workflow } from '../workflow/workflow';
import type { Claim } from '../workflow/workflow-event';

export type Examined =
  | { readonly kind: 'held'; readonly stepId: string; readonly attempt: Attempt }
  /** This result took effect before: answer again, change nothing. */
  | { readonly kind: 'settled' }
  /** The agent held this attempt once, but it was taken away, canceled or ended. */
  | { readonly kind: 'over'; readonly stepId: string; readonly attempt: Attempt }
  | { readonly kind: 'refused'; readonly error: ErrorShape };

const refused = (code: string, message: string): Examined => ({
  kind: 'refused',
  error: { code, message, retryable: false },
});

export const fenced: ErrorShape = {
  code: 'fenced',
  message: 'This attempt was taken away or has ended; results of it no longer count. Stop working on it.',
  retryable: false,
};

/** Whether the sender holds exactly the attempt that it names. Identity is the user id that the broker validated. */
export function checkClaim(workflow: Workflow, claim: Claim): Examined {
  for (const step of Object.values(workflow.steps)) {
    const attempt = step.attempts.find((one) => one.taskId === claim.taskId && one.attempt === claim.attempt);
    if (!attempt) continue;
    if (attempt.agentId !== claim.agentId || attempt.principalId !== claim.principalId)
      return refused('not_holder', 'This attempt was given to another agent.');
    if (attempt.fencingToken !== claim.fencingToken) return { kind: 'refused', error: fenced };
    if (attempt.isSettled) return { kind: 'settled' };
    if (!isHeld(attempt.state)) return { kind: 'over', stepId: step.stepId, attempt };
    if (attempt.credentialEpoch !== claim.credentialEpoch) return { kind: 'refused', error: fenced };
    return { kind: 'held', stepId: step.stepId, attempt };
  }
  return refused('unknown_task', 'This attempt does not exist.');
}

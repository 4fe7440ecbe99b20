import type { TaskStep } from '../attempt/judge-result';
import { baseOf, currentAttempt } from '../workflow/workflow';
import type { WorkflowDraft } from '../workflow/workflow-draft';

/** Also the repeat when no answer comes; the same attempt gives the same commit. */
export function requestCommit(draft: WorkflowDraft, planned: TaskStep): void {
  const step = draft.step(planned.step_id);
  const attempt = currentAttempt(step);
  if (!attempt || !step.proposal) throw new TypeError(`step ${step.stepId} has no proposed change`);
  const { plan } = draft.workflow.definition;
  draft.emit({
    kind: 'materialise',
    payload: {
      ...draft.ids,
      step_id: step.stepId,
      task_id: attempt.taskId,
      attempt: attempt.attempt,
      agent_id: attempt.agentId,
      title: plan.title,
      base: baseOf(draft.workflow),
      change: step.proposal.change,
    },
  });
}

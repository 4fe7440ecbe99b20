import type { ErrorShape } from '@ymera/contracts';
import { failWorkflow } from './end-workflow';
import { escalate } from './escalate';
import type { TaskStep } from './judge-result';
import { causeOf } from './rejection-cause';
import type { StepOutput } from './workflow';
import type { WorkflowDraft } from './workflow-draft';
import { sendBack } from './send-back';

/**
 * A test or an examination has rejected the work before it. With a loop in the plan the work goes back with the
 * findings, a limited number of times; beyond the limit it escalates to a person. Without a loop the workflow fails.
 */
export function rejectWork(
  draft: WorkflowDraft,
  planned: TaskStep,
  error: ErrorShape,
  output: StepOutput,
): void {
  const { step_id: stepId, on_rejection: loop } = planned;
  const { findings } = output;
  const { loops } = draft.step(stepId);
  if (!loop) {
    draft.patch(stepId, { output });
    return failWorkflow(draft, error, stepId, { findings });
  }
  if (loops >= loop.max_loops) return escalate(draft, planned, error, output);
  draft.patch(stepId, { loops: loops + 1 });
  sendBack(draft, {
    target: loop.loop_back_to,
    rejectedBy: stepId,
    reason: `${planned.name} sent it back (${error.code}, cause ${causeOf(error)}): ${error.message}`,
    findings,
  });
}

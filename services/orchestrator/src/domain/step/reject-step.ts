import type { ErrorShape, Finding } from '@ymera/contracts';
import { failWorkflow, stopStep } from '../workflow/end-workflow';
import { escalate } from './escalate';
import type { TaskStep } from '../attempt/judge-result';
import { descendantsOf } from '../workflow/plan-graph';
import { causeOf } from './rejection-cause';
import type { StepOutput } from '../workflow/workflow';
import type { WorkflowDraft } from '../workflow/workflow-draft';

/**
 * A test or an examination has rejected the work before it. With a loop in the plan the work is done again from the loop's
 * target with the findings, a bounded number of times; beyond the bound a person decides. Without a loop the workflow
 * fails.
 */
export function rejectStep(
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
  restartFrom(draft, {
    target: loop.loop_back_to,
    rejectedBy: stepId,
    reason: `${planned.name} sent it back (${error.code}, cause ${causeOf(error)}): ${error.message}`,
    findings,
  });
}

export interface Restart {
  /** The step that is done again. */
  readonly target: string;
  /** The step that rejected the work. */
  readonly rejectedBy: string;
  readonly reason: string;
  /** What the next attempt must know. */
  readonly findings: readonly Finding[];
}

/** Everything from the target on is undone: a new task there, and gates already passed must be passed again. */
export function restartFrom(draft: WorkflowDraft, { target, rejectedBy, reason, findings }: Restart): void {
  undoStep(draft, target, reason, { feedback: findings, findings });
  undoAfter(draft, target, reason, (stepId) => (stepId === rejectedBy ? findings : []));
}

/** The results and decisions about a step's output are void: every step that depends on it begins anew. */
export function undoAfter(
  draft: WorkflowDraft,
  target: string,
  reason: string,
  findingsOf: (stepId: string) => readonly Finding[] = () => [],
): void {
  for (const { step_id } of descendantsOf(draft.workflow.definition.plan, target))
    undoStep(draft, step_id, reason, { feedback: [], findings: findingsOf(step_id) });
}

function undoStep(
  draft: WorkflowDraft,
  stepId: string,
  reason: string,
  { feedback, findings }: { readonly feedback: readonly Finding[]; readonly findings: readonly Finding[] },
): void {
  const step = draft.step(stepId);
  if (step.waivers) draft.patch(stepId, { waivers: undefined });
  if (step.state === 'pending') return;
  stopStep(draft, step, reason);
  const nothing = {
    gate: undefined,
    output: undefined,
    proposal: undefined,
    rebase: undefined,
    error: undefined,
  };
  draft.move(
    stepId,
    'rework',
    { taskId: undefined, failures: 0, declines: 0, feedback, ...nothing },
    { reason, findings },
  );
}

import type { Finding } from '@ymera/contracts';
import { stopStep } from './end-workflow';
import { descendantsOf } from './plan-graph';
import type { WorkflowDraft } from './workflow-draft';

export interface Rework {
  /** The step that does it again. */
  readonly target: string;
  /** The step that rejected it. */
  readonly rejectedBy: string;
  readonly reason: string;
  /** What the next attempt must know. */
  readonly findings: readonly Finding[];
}

/** Every step from the producing one on is undone: it gets a new task, and gates passed before must be passed again. */
export function sendBack(draft: WorkflowDraft, { target, rejectedBy, reason, findings }: Rework): void {
  takeBack(draft, target, reason, { feedback: findings, findings });
  undoAfter(draft, target, reason, (stepId) => (stepId === rejectedBy ? findings : []));
}

/** All results and decisions about a step's output are void: every step that depends on it begins anew. */
export function undoAfter(
  draft: WorkflowDraft,
  target: string,
  reason: string,
  findingsOf: (stepId: string) => readonly Finding[] = () => [],
): void {
  for (const { step_id } of descendantsOf(draft.workflow.definition.plan, target))
    takeBack(draft, step_id, reason, { feedback: [], findings: findingsOf(step_id) });
}

function takeBack(
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

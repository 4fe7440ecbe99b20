import type { Finding } from '@ymera/contracts';
import { stopStep } from './end-run';
import { descendantsOf } from './plan-graph';
import type { RunDraft } from './run-draft';

export interface Rework {
  /** The step that does it again. */
  readonly target: string;
  /** The step that wanted it. */
  readonly rejectedBy: string;
  readonly reason: string;
  /** What the next try must know. */
  readonly findings: readonly Finding[];
}

/** Everything from the producing step on is undone: a new task there, and gates already passed must be passed again. */
export function sendBack(draft: RunDraft, { target, rejectedBy, reason, findings }: Rework): void {
  const { plan } = draft.run.definition;
  const undone = [target, ...descendantsOf(plan, target).map(({ step_id }) => step_id)];
  for (const stepId of undone) {
    const step = draft.step(stepId);
    if (step.state === 'pending') continue;
    stopStep(draft, step, reason);
    draft.move(
      stepId,
      'rework',
      {
        taskId: undefined,
        failures: 0,
        declines: 0,
        feedback: stepId === target ? findings : [],
        gate: undefined,
        output: undefined,
        proposal: undefined,
        error: undefined,
      },
      { reason, findings: stepId === target || stepId === rejectedBy ? findings : [] },
    );
  }
}

import type { ErrorShape, Finding } from '@ymera/contracts';
import { failRun, stopStep } from './end-run';
import type { TaskStep } from './judge-result';
import { descendantsOf } from './plan-graph';
import type { StepOutput } from './run';
import type { RunDraft } from './run-draft';

/**
 * A test or an examination has rejected the work before it. With a loop in the plan the work goes back with the
 * findings, a bounded number of times; without one, or beyond the bound, the run fails.
 */
export function rejectWork(draft: RunDraft, planned: TaskStep, error: ErrorShape, output: StepOutput): void {
  const { step_id: stepId, on_rejection: loop } = planned;
  const { findings } = output;
  const { loops } = draft.step(stepId);
  if (loop && loops < loop.max_loops) {
    draft.patch(stepId, { loops: loops + 1 });
    sendBack(draft, planned, loop.loop_back_to, error, findings);
    return;
  }
  draft.patch(stepId, { output });
  const final: ErrorShape = loop
    ? {
        code: 'rework_exhausted',
        message: `Sent back ${loop.max_loops} time(s) and still rejected: ${error.message}`.slice(0, 4000),
        retryable: false,
      }
    : error;
  failRun(draft, final, stepId, { findings });
}

/** Everything from the producing step on is undone: a new task there, and gates already passed must be passed again. */
function sendBack(
  draft: RunDraft,
  rejecting: TaskStep,
  target: string,
  error: ErrorShape,
  findings: readonly Finding[],
): void {
  const { plan } = draft.run.definition;
  const undone = [target, ...descendantsOf(plan, target).map(({ step_id }) => step_id)];
  const reason = `${rejecting.name} sent it back (${error.code}): ${error.message}`;
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
      { reason, findings: stepId === target || stepId === rejecting.step_id ? findings : [] },
    );
  }
}

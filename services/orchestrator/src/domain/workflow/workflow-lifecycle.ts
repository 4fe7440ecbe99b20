import type { WorkflowState } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';

export const workflowMoves = ['complete', 'fail', 'cancel'] as const;
export type WorkflowMove = (typeof workflowMoves)[number];

/** A workflow ends once; an ended one never reopens. */
export const workflowTransitions: Readonly<
  Record<WorkflowState, Readonly<Partial<Record<WorkflowMove, WorkflowState>>>>
> = {
  running: { complete: 'completed', fail: 'failed', cancel: 'canceled' },
  completed: {},
  failed: {},
  canceled: {},
};

export function moveWorkflow(from: WorkflowState, move: WorkflowMove): Result<WorkflowState> {
  const to = workflowTransitions[from][move];
  return to
    ? ok(to)
    : err(
        failure('illegal_state', 'illegal_run_move', `A workflow in state ${from} does not allow ${move}.`),
      );
}

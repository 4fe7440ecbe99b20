import type { WorkflowState } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';

export const runMoves = ['complete', 'fail', 'cancel'] as const;
export type RunMove = (typeof runMoves)[number];

/** A run ends once; what ended never reopens. */
export const runTransitions: Readonly<
  Record<WorkflowState, Readonly<Partial<Record<RunMove, WorkflowState>>>>
> = {
  running: { complete: 'completed', fail: 'failed', cancel: 'canceled' },
  completed: {},
  failed: {},
  canceled: {},
};

export function moveRun(from: WorkflowState, move: RunMove): Result<WorkflowState> {
  const to = runTransitions[from][move];
  return to
    ? ok(to)
    : err(failure('illegal_state', 'illegal_run_move', `A run that is ${from} cannot ${move}.`));
}

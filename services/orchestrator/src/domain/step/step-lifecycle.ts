import type { StepState } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';

/**
 * The moves of a step. `rework` undoes the work, `release` only unassigns the agent; `escalate` asks a person, `remake`
 * has a finished change rebased, `prepare` takes a change that was made before the workflow.
 */
export const stepMoves = [
  'prepare',
  'ready',
  'open_gate',
  'land',
  'dispatch',
  'accept',
  'materialise',
  'complete',
  'escalate',
  'release',
  'back_off',
  'retry',
  'fail',
  'cancel',
  'skip',
  'rework',
  'remake',
] as const;
export type StepMove = (typeof stepMoves)[number];

const giveUp = { fail: 'failed', cancel: 'canceled', rework: 'pending' } as const;
const putBack = { release: 'ready', back_off: 'retry_wait' } as const;

/** Every legal transition. The result may overtake `accept`, so a dispatched step can also complete. */
export const stepTransitions: Readonly<Record<StepState, Readonly<Partial<Record<StepMove, StepState>>>>> = {
  pending: {
    prepare: 'completed',
    ready: 'ready',
    open_gate: 'waiting_gate',
    land: 'running',
    cancel: 'canceled',
    skip: 'skipped',
  },
  ready: { dispatch: 'dispatched', ...giveUp },
  dispatched: {
    accept: 'running',
    materialise: 'materialising',
    complete: 'completed',
    escalate: 'waiting_gate',
    ...putBack,
    ...giveUp,
  },
  running: {
    materialise: 'materialising',
    complete: 'completed',
    escalate: 'waiting_gate',
    ...putBack,
    ...giveUp,
  },
  materialising: { complete: 'completed', ...putBack, ...giveUp },
  waiting_gate: { complete: 'completed', ...giveUp },
  retry_wait: { retry: 'ready', ...giveUp },
  completed: { rework: 'pending', remake: 'materialising' },
  failed: {},
  canceled: {},
  skipped: {},
};

/** States in which something must be in progress: an agent, a timer, a person, or another service. */
export const activeStepStates = [
  'ready',
  'dispatched',
  'running',
  'materialising',
  'waiting_gate',
  'retry_wait',
] as const satisfies readonly StepState[];

export const isActiveStep = (state: StepState): boolean =>
  (activeStepStates as readonly StepState[]).includes(state);

export function moveStep(from: StepState, move: StepMove): Result<StepState> {
  const to = stepTransitions[from][move];
  return to
    ? ok(to)
    : err(failure('illegal_state', 'illegal_step_move', `A step in state ${from} does not allow ${move}.`));
}

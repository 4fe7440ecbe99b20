import { err, failure, ok, type Result } from '@ymera/kernel';

/**
 * One dispatch of a task to one agent. `offered`: sent, not answered. `running`: accepted, leased. `reported`: the
 * agent is done and integration creates a commit of its change.
 */
export const attemptStates = [
  'offered',
  'running',
  'reported',
  'completed',
  'failed',
  'declined',
  'lost',
  'canceled',
] as const;
export type AttemptState = (typeof attemptStates)[number];

export const attemptMoves = ['accept', 'report', 'complete', 'fail', 'decline', 'lose', 'cancel'] as const;
export type AttemptMove = (typeof attemptMoves)[number];

const held = {
  report: 'reported',
  complete: 'completed',
  fail: 'failed',
  decline: 'declined',
  lose: 'lost',
  cancel: 'canceled',
} as const;

export const attemptTransitions: Readonly<
  Record<AttemptState, Readonly<Partial<Record<AttemptMove, AttemptState>>>>
> = {
  offered: { accept: 'running', ...held },
  running: held,
  reported: { complete: 'completed', fail: 'failed', cancel: 'canceled' },
  completed: {},
  failed: {},
  declined: {},
  lost: {},
  canceled: {},
};

/** An agent works on it, and only its holder may report on it. */
export const isHeld = (state: AttemptState): boolean => state === 'offered' || state === 'running';

export function moveAttempt(from: AttemptState, move: AttemptMove): Result<AttemptState> {
  const to = attemptTransitions[from][move];
  return to
    ? ok(to)
    : err(
        failure(
          'illegal_state',
          'illegal_attempt_move',
          `An attempt in state ${from} does not allow ${move}.`,
        ),
      );
}

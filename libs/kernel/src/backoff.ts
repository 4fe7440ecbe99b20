export interface BackoffPolicy {
  /** Bound of the first delay; doubles with each further attempt. */
  readonly baseMs: number;
  /** No delay is longer. */
  readonly maxMs: number;
}

/**
 * How a delay is drawn below its exponential bound. `none`: the bound itself. `half`: its upper half, so that there is
 * always a pause. `full`: anything from 0, so that clients cut off together do not come back together.
 */
export type Jitter = 'none' | 'half' | 'full';

/** Doubling further overflows nothing, and no delay is that long. */
const maxDoublings = 30;

/**
 * Exponential backoff: whole milliseconds before the next attempt, after `failures` (1, 2, 3...) failed ones.
 * `random` gives a number in [0, 1).
 */
export function backoffMs(
  failures: number,
  { baseMs, maxMs }: BackoffPolicy,
  jitter: Jitter = 'none',
  random: () => number = Math.random,
): number {
  const doublings = Math.min(Math.max(0, failures - 1), maxDoublings);
  const bound = Math.min(maxMs, baseMs * 2 ** doublings);
  if (jitter === 'none') return Math.round(bound);
  if (jitter === 'half') return Math.round(bound / 2 + (bound / 2) * random());
  return Math.round(bound * random());
}

export interface Backoff {
  /** Upper bound of the first delay. */
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * Full jitter: anything between nothing and the exponential bound, so that clients cut off together do not come back
 * together. `attempt` counts from 0.
 */
export function fullJitter(
  attempt: number,
  { baseMs, maxMs }: Backoff,
  random: () => number = Math.random,
): number {
  return random() * Math.min(maxMs, baseMs * 2 ** Math.min(attempt, 30));
}

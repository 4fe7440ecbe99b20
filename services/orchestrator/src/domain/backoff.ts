export interface BackoffPolicy {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * Milliseconds before the try after `failures` failed ones: doubling, bounded, and spread over its upper half so that
 * what failed together does not come back together. `random` is in [0, 1).
 */
export function backoffMs(failures: number, policy: BackoffPolicy, random: number): number {
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.max(0, failures - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

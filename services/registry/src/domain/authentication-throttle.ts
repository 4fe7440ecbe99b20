import { backoffMs, type BackoffPolicy } from '@ymera/kernel';

/** Wrong secrets seen under one key. */
export interface FailureCount {
  readonly failures: number;
  readonly lastAt: Date;
}

export interface ThrottlePolicy {
  /** Wrong secrets that are answered without delay. */
  readonly freeFailures: number;
  /** Of the delay after the first wrong secret that is not free, and those after it. */
  readonly backoff: BackoffPolicy;
  /** After this long without a wrong secret the count starts again. */
  readonly forgetAfterMs: number;
}

export const throttlePolicy: ThrottlePolicy = {
  freeFailures: 3,
  backoff: { baseMs: 1_000, maxMs: 15 * 60_000 },
  forgetAfterMs: 60 * 60_000,
};

export interface ThrottleDecision {
  readonly count: FailureCount;
  /** The wait after a wrong secret; doubles with each. 0 while failures are free. */
  readonly retryAfterMs: number;
  /** Whether an event is published: at 4, 8, 16, ... so that a flood of tries is not a flood of events. */
  readonly isAnnounced: boolean;
}

/**
 * Counts a wrong secret. Only wrong secrets are throttled: otherwise anyone who knows the key id could lock an agent
 * out.
 */
export function recordFailure(
  before: FailureCount | undefined,
  now: Date,
  policy: ThrottlePolicy = throttlePolicy,
): ThrottleDecision {
  const isFresh = before !== undefined && now.getTime() - before.lastAt.getTime() < policy.forgetAfterMs;
  const failures = (isFresh ? before.failures : 0) + 1;
  const beyond = failures - policy.freeFailures;
  return {
    count: { failures, lastAt: now },
    retryAfterMs: beyond <= 0 ? 0 : backoffMs(beyond, policy.backoff),
    isAnnounced: failures > policy.freeFailures && isPowerOfTwo(failures),
  };
}

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value));

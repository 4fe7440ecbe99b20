/** The number of signals that a source may raise now. */
export interface TokenBucket {
  readonly tokens: number;
  readonly at: number;
}

export interface BucketPolicy {
  readonly capacity: number;
  readonly refillPerMinute: number;
}

/** Takes up to `wanted` tokens; the caller counts the rest. */
export function take(
  bucket: TokenBucket | undefined,
  wanted: number,
  now: number,
  policy: BucketPolicy,
): { readonly bucket: TokenBucket; readonly granted: number } {
  const passedMs = bucket ? Math.max(0, now - bucket.at) : 0;
  const before = bucket ? bucket.tokens + (passedMs / 60_000) * policy.refillPerMinute : policy.capacity;
  const tokens = Math.min(policy.capacity, before);
  const granted = Math.min(wanted, Math.floor(tokens));
  return { bucket: { tokens: tokens - granted, at: bucket ? Math.max(now, bucket.at) : now }, granted };
}

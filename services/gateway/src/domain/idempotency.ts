/** What is remembered of the first request with a key. */
export type IdempotencyRecord =
  | { readonly state: 'in_flight'; readonly requestDigest: string; readonly leaseUntil: Date }
  | { readonly state: 'done'; readonly requestDigest: string; readonly answer: Buffer };

export type IdempotencyDecision =
  /** Another request under this key; the caller has a bug. */
  | { readonly kind: 'reused' }
  | { readonly kind: 'replay'; readonly answer: Buffer }
  /** The first one is still being answered. */
  | { readonly kind: 'wait' }
  /** Whoever was answering the first one is gone. */
  | { readonly kind: 'take_over' };

export function decideRepeat(
  record: IdempotencyRecord,
  requestDigest: string,
  now: Date,
): IdempotencyDecision {
  if (record.requestDigest !== requestDigest) return { kind: 'reused' };
  if (record.state === 'done') return { kind: 'replay', answer: record.answer };
  return record.leaseUntil > now ? { kind: 'wait' } : { kind: 'take_over' };
}

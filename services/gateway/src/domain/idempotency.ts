import { repeatOf } from '@ymera/kernel';

/** The stored state of the first request with a key. */
export type IdempotencyRecord =
  | { readonly state: 'in_flight'; readonly requestDigest: string; readonly leaseUntil: Date }
  | { readonly state: 'done'; readonly requestDigest: string; readonly answer: Buffer };

export type IdempotencyDecision =
  /** A different request under this key: a bug of the caller. */
  | { readonly kind: 'reused' }
  | { readonly kind: 'replay'; readonly answer: Buffer }
  /** The first request is still in progress. */
  | { readonly kind: 'wait' }
  /** The process that was answering the first request has died. */
  | { readonly kind: 'take_over' };

export function decideRepeat(
  record: IdempotencyRecord,
  requestDigest: string,
  now: Date,
): IdempotencyDecision {
  if (!repeatOf(record, record.requestDigest, requestDigest).ok) return { kind: 'reused' };
  if (record.state === 'done') return { kind: 'replay', answer: record.answer };
  return record.leaseUntil > now ? { kind: 'wait' } : { kind: 'take_over' };
}

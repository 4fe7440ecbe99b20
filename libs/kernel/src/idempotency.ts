import { failure, type Failure } from './failure';
import { err, ok, type Result } from './result';

/** Of a caller that uses one key for two different requests. */
export const idempotencyKeyReused: Failure = failure(
  'conflict',
  'idempotency_key_reused',
  'This idempotency key was used for a different request.',
  { suggestion: 'Use a new key for a new request.' },
);

/**
 * The earlier result when the digests say that the same request was sent again; a conflict when the key is used for a
 * different one. An earlier request without a digest is from before digests were kept and counts as the same.
 */
export const repeatOf = <T>(earlier: T, earlierDigest: string | undefined, digest: string): Result<T> =>
  earlierDigest === undefined || earlierDigest === digest ? ok(earlier) : err(idempotencyKeyReused);

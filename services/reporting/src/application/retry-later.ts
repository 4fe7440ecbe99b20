import { backoffMs } from '@ymera/kernel';
import type { ViolationCode } from '../domain/judge-report';

/** Speaks of something that may not have been heard of here yet; to be tried again. */
export interface Later {
  readonly kind: 'later';
  readonly afterMs: number;
  readonly code: ViolationCode;
}

/** Events of the registry and messages of agents come by different ways; the one is not faster than the other by more. */
const tries = 6;
const backoff = { baseMs: 200, maxMs: 3_200 };

/** Undefined when it has been waited for long enough (6 s in all): then it is an invention. */
export const later = (attempts: number, code: ViolationCode): Later | undefined =>
  attempts < tries ? { kind: 'later', afterMs: backoffMs(attempts, backoff), code } : undefined;

import { backoffMs } from '@ymera/kernel';
import type { ViolationCode } from '../domain/judge-report';

/** About an agent or session that may not be known here yet; to be retried. */
export interface Later {
  readonly kind: 'later';
  readonly afterMs: number;
  readonly code: ViolationCode;
}

/** Events of the registry and messages of agents take different paths; this is the greatest expected difference. */
const tries = 6;
const backoff = { baseMs: 200, maxMs: 3_200 };

/** Undefined after the last retry (6 s in all): then the agent or session does not exist. */
export const later = (attempts: number, code: ViolationCode): Later | undefined =>
  attempts < tries ? { kind: 'later', afterMs: backoffMs(attempts, backoff), code } : undefined;

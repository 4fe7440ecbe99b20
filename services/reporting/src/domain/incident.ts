import type { enforcementHeld, PayloadOf } from '@ymera/contracts';
import { assertNever } from '@ymera/kernel';
import type { Trouble } from './ingest-health';

export type SuppressionReason = PayloadOf<typeof enforcementHeld>['reason_code'];

/** Why sanctions are suppressed at the moment. */
export interface SuppressionCause {
  readonly reason: SuppressionReason;
  readonly group?: string;
}

/** A suppression that is too short to matter is `passing`; an `open` one has been published, once. */
export interface Incident {
  readonly kind: 'passing' | 'open';
  readonly cause: SuppressionCause;
  readonly since: number;
}

/**
 * The incident after a check; null when there is none. A mass suppression is one at once. A problem of our own becomes
 * one when it has lasted so long that it may have delayed a sanction; later causes until its end belong to it.
 */
export function nextIncident(
  incident: Incident | null,
  cause: SuppressionCause | null,
  now: number,
  raiseAfterMs: number,
): Incident | null {
  if (cause === null) return null;
  if (incident?.kind === 'open') return incident;
  const { since } = incident ?? { since: now };
  const isWorth = cause.reason === 'mass_silence' || now - since >= raiseAfterMs;
  return { kind: isWorth ? 'open' : 'passing', cause, since };
}

export function reasonOf(trouble: Trouble): SuppressionReason {
  switch (trouble) {
    case 'broker':
    case 'database':
    case 'pause':
    case 'backlog':
    case 'clock':
      return 'ingest_unhealthy';
    case 'authentication':
      return 'authentication_unavailable';
    case 'ownership':
      return 'recovering';
    default:
      return assertNever(trouble);
  }
}

import { decideEscalation, type SanctionPolicy, type SanctionableAgent } from './escalation';
import type { IngestHealth } from './ingest-health';
import { decideLiveness, type LivenessDecision, type LivenessPolicy } from './liveness';

export interface MissedReportPolicy {
  readonly liveness: LivenessPolicy;
  readonly enforcement: SanctionPolicy;
}

/** What must be well for silence to prove something. */
export interface Evidence {
  readonly ingest: IngestHealth;
  /** Since when nothing stands in the way of a sanction of this agent; null while something does. */
  readonly clearSince: number | null;
}

export interface Decision extends LivenessDecision {
  /** Since when a step up the ladder is due; null while it is not. */
  readonly escalationDueAt: number | null;
}

const earliest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

/**
 * What silence means for one agent, now: for what is known of it, and for what it may do. The next look is never further
 * away than a report that comes meanwhile could make it late: so a deadline that is armed needs never be moved.
 */
export function decide(
  agent: SanctionableAgent,
  policy: MissedReportPolicy,
  now: number,
  { ingest, clearSince }: Evidence,
): Decision {
  const life = decideLiveness(agent, policy.liveness, now, ingest);
  const sanction = decideEscalation(agent, policy.enforcement, now, clearSince);
  const next = earliest(life.nextCheckAt, sanction.nextCheckAt);
  const furthest = now + policy.liveness.lateAfterWindows * agent.windowMs;
  return {
    liveness: life.liveness,
    missed: sanction.escalationDueAt === null ? life.missed : sanction.missed,
    escalationDueAt: sanction.escalationDueAt,
    nextCheckAt: next && Math.min(next, furthest),
  };
}

import { decideEscalation, type SanctionPolicy, type SanctionableAgent } from './escalation';
import type { IngestHealth } from './ingest-health';
import { decideLiveness, type LivenessDecision, type LivenessPolicy } from './liveness';

export interface MissedReportPolicy {
  readonly liveness: LivenessPolicy;
  readonly enforcement: SanctionPolicy;
}

/** The dependencies that must be healthy for missed reports to count. */
export interface Evidence {
  readonly ingest: IngestHealth;
  /** Since when a sanction of this agent is not suppressed; null while it is. */
  readonly clearSince: number | null;
}

export interface Decision extends LivenessDecision {
  /** Since when an escalation is due; null while it is not. */
  readonly escalationDueAt: number | null;
}

const earliest = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

/**
 * The effect of missed reports on one agent now: on its liveness and on its sanction level. The next check is never
 * later than a report in between could require, so an armed deadline need never be moved.
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

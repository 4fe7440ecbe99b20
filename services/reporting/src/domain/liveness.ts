import type { Liveness } from '@ymera/contracts';
import type { AgentState } from './agent-state';
import type { IngestHealth } from './ingest-health';

/** Allowed on top of each threshold, for jitter of sender and network: a share of the window, and a fixed part. */
export interface JitterAllowance {
  readonly jitterShare: number;
  readonly jitterMs: number;
}

export const allowanceMs = ({ jitterShare, jitterMs }: JitterAllowance, windowMs: number): number =>
  Math.round(jitterShare * windowMs + jitterMs);

/** Thresholds in report windows; a window is the interval that the principal was given at its last hello. */
export interface LivenessPolicy extends JitterAllowance {
  readonly lateAfterWindows: number;
  readonly offlineAfterWindows: number;
}

export const livenessPolicy: LivenessPolicy = {
  lateAfterWindows: 1.5,
  offlineAfterWindows: 3,
  jitterShare: 0.1,
  jitterMs: 250,
};

export interface WatchedAgent extends Pick<AgentState, 'liveness' | 'lastReportAt'> {
  readonly windowMs: number;
}

export interface LivenessDecision {
  readonly liveness: Liveness;
  /** Whole windows of silence that count. */
  readonly missed: number;
  /** When to decide again if no report comes; null when only a report can change anything. */
  readonly nextCheckAt: number | null;
}

const severity: Readonly<Record<Liveness, number>> = { online: 0, late: 1, offline: 2 };

/**
 * What silence means, now. Silence counts from the last report or from when ingest became healthy, whichever is later:
 * so after a start, a failover or an outage of ours every agent has its full time again, and while ingest is in trouble
 * nothing changes. Only a report makes an agent better.
 */
export function decideLiveness(
  agent: WatchedAgent,
  policy: LivenessPolicy,
  now: number,
  health: IngestHealth,
): LivenessDecision {
  const { liveness, lastReportAt, windowMs } = agent;
  if (lastReportAt === null || liveness === 'offline') return { liveness, missed: 0, nextCheckAt: null };
  if (health.healthySince === null) return { liveness, missed: 0, nextCheckAt: now + windowMs };

  // A report from the future was received before the clock was set back, which ended healthy time and began it anew.
  const countsFrom = lastReportAt > now ? health.healthySince : Math.max(lastReportAt, health.healthySince);
  const allowance = allowanceMs(policy, windowMs);
  const lateAt = countsFrom + policy.lateAfterWindows * windowMs + allowance;
  const offlineAt = countsFrom + policy.offlineAfterWindows * windowMs + allowance;
  const seen: Liveness = now >= offlineAt ? 'offline' : now >= lateAt ? 'late' : 'online';
  const decided = severity[seen] > severity[liveness] ? seen : liveness;
  return {
    liveness: decided,
    missed: Math.max(0, Math.floor((now - countsFrom - allowance) / windowMs)),
    nextCheckAt: decided === 'offline' ? null : decided === 'late' ? offlineAt : lateAt,
  };
}

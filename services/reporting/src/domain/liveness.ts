import type { Liveness } from '@ymera/contracts';
import { isAwaited, missingSince, type AgentState } from './agent-state';
import type { IngestHealth } from './ingest-health';

/** Tolerance on top of each threshold, for jitter of sender and network: a share of the window, and a fixed part. */
export interface JitterAllowance {
  readonly jitterShare: number;
  readonly jitterMs: number;
}

export const allowanceMs = ({ jitterShare, jitterMs }: JitterAllowance, windowMs: number): number =>
  Math.round(jitterShare * windowMs + jitterMs);

/** Thresholds in report windows; a window is the interval that the principal got at its last hello. */
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

export interface WatchedAgent extends Pick<
  AgentState,
  'liveness' | 'lastReportAt' | 'firstSessionAt' | 'version'
> {
  readonly windowMs: number;
}

export interface LivenessDecision {
  readonly liveness: Liveness;
  /** Whole missed windows that count. */
  readonly missed: number;
  /** When to decide again if no report comes; null when only a report can change anything. */
  readonly nextCheckAt: number | null;
}

/** Late comes first, however late it is: from offline to offline would not be an event. */
const firstReport = (isLate: boolean): Liveness => (isLate ? 'late' : 'offline');

const severity: Readonly<Record<Liveness, number>> = { online: 0, late: 1, offline: 2 };

const worse = (known: Liveness, seen: Liveness): Liveness =>
  severity[seen] > severity[known] ? seen : known;

/**
 * The effect of missed reports now. They count from the last report (from the first session of an agent that never
 * reported) or from when ingest became healthy, whichever is later: after a start, a failover or an outage of ours
 * every agent has its full time again, and nothing changes while ingest has a problem. Only a report makes an agent
 * better. A late first report is an event although the agent is offline already: its hello made it look online.
 */
export function decideLiveness(
  agent: WatchedAgent,
  policy: LivenessPolicy,
  now: number,
  health: IngestHealth,
): LivenessDecision {
  const { liveness, windowMs } = agent;
  const since = missingSince(agent);
  const awaited = isAwaited(agent);
  if (since === null || (liveness === 'offline' && !awaited))
    return { liveness, missed: 0, nextCheckAt: null };
  if (health.healthySince === null) return { liveness, missed: 0, nextCheckAt: now + windowMs };

  // A report from the future was received before the clock was set back, which started healthy time anew.
  const countsFrom = since > now ? health.healthySince : Math.max(since, health.healthySince);
  const allowance = allowanceMs(policy, windowMs);
  const lateAt = countsFrom + policy.lateAfterWindows * windowMs + allowance;
  const offlineAt = countsFrom + policy.offlineAfterWindows * windowMs + allowance;
  const decided = awaited
    ? firstReport(now >= lateAt)
    : worse(liveness, now >= offlineAt ? 'offline' : now >= lateAt ? 'late' : 'online');
  return {
    liveness: decided,
    missed: Math.max(0, Math.floor((now - countsFrom - allowance) / windowMs)),
    nextCheckAt: decided === 'late' ? offlineAt : decided === 'online' || awaited ? lateAt : null,
  };
}

import type { AgentType } from '@ymera/contracts';
import { isAwaited, missingSince, type AgentState } from './agent-state';
import { transition } from './sanction-level';
import { allowanceMs, type JitterAllowance } from './liveness';

/** The ladder as data. Windows are those of the agent's principal. */
export interface SanctionPolicy extends JitterAllowance {
  /** Missed windows at which an agent goes up from each level; each more than the one before. */
  readonly escalateAfterWindows: {
    readonly none: number;
    readonly warned: number;
    readonly suspended: number;
  };
  /** Good reports that lift a warning or a suspension. */
  readonly recoverAfterReports: number;
  /** Never on the ladder. */
  readonly exemptTypes: readonly AgentType[];
}

/** Integration acts as the PROJECT agent: the platform does not sanction itself. */
export const sanctionPolicy: SanctionPolicy = {
  escalateAfterWindows: { none: 3, warned: 5, suspended: 10 },
  recoverAfterReports: 3,
  exemptTypes: ['PROJECT'],
  jitterShare: 0.1,
  jitterMs: 250,
};

/** For so long nobody's silence counts after a start, a failover, an outage, a hold, or a lift: a suspension window. */
export const graceMs = (policy: SanctionPolicy, windowMs: number): number =>
  policy.escalateAfterWindows.warned * windowMs;

export interface SanctionableAgent extends Pick<
  AgentState,
  'agentType' | 'liveness' | 'enforcement' | 'lastReportAt' | 'firstSessionAt' | 'liftedAt' | 'version'
> {
  readonly windowMs: number;
}

export interface EscalationDecision {
  /** Since when the next step up is due; null while it is not. */
  readonly escalationDueAt: number | null;
  /** Whole windows of silence that count. */
  readonly missed: number;
  /** When to decide again if no report comes; null when time alone can change nothing. */
  readonly nextCheckAt: number | null;
}

const nothing: EscalationDecision = { escalationDueAt: null, missed: 0, nextCheckAt: null };

/**
 * Whether an agent goes one step up, now. `clearSince` is the time from which nothing has stood in the way of its
 * reports: while that is null it stays where it is, and its silence counts from a grace after it at the earliest. The
 * ladder begins with the first session, whether a report follows or not; an agent is seen to be late before anything
 * else is held against it.
 */
export function decideEscalation(
  agent: SanctionableAgent,
  policy: SanctionPolicy,
  now: number,
  clearSince: number | null,
): EscalationDecision {
  const { enforcement, liftedAt, windowMs } = agent;
  const since = missingSince(agent);
  if (since === null || policy.exemptTypes.includes(agent.agentType)) return nothing;
  if (enforcement === 'frozen') return nothing;
  if (clearSince === null) return { ...nothing, nextCheckAt: now + windowMs };

  const grace = graceMs(policy, windowMs);
  // A report from the future was received before the clock was set back, from when on it is clear anew.
  const missingFrom = since > now ? clearSince : since;
  const countsFrom = Math.max(missingFrom, clearSince + grace, (liftedAt ?? -Infinity) + grace);
  const allowance = allowanceMs(policy, windowMs);
  const escalateAt = countsFrom + policy.escalateAfterWindows[enforcement] * windowMs + allowance;
  const isDue = now >= escalateAt && agent.liveness !== 'online' && !isAwaited(agent);
  return {
    escalationDueAt: isDue ? escalateAt : null,
    missed: Math.max(0, Math.floor((now - countsFrom - allowance) / windowMs)),
    nextCheckAt: escalateAt,
  };
}

/** The agent one step up; its good reports count from now. */
export function escalated(agent: AgentState, missed: number): AgentState {
  const enforcement = transition(agent.enforcement, 'silent_too_long');
  return enforcement === null
    ? agent
    : { ...agent, enforcement, missed, goodReports: 0, version: agent.version + 1 };
}

/** The agent after enough good reports; the same when they are not enough, or when they lift nothing. */
export function recovered(agent: AgentState, policy: SanctionPolicy): AgentState {
  const enforcement = transition(agent.enforcement, 'reported_well');
  return enforcement === null || agent.goodReports < policy.recoverAfterReports
    ? agent
    : { ...agent, enforcement, version: agent.version + 1 };
}

/** The agent after a lift, for which everything begins anew. */
export function lifted(agent: AgentState, at: number): AgentState {
  const enforcement = transition(agent.enforcement, 'lifted');
  return enforcement === null
    ? agent
    : { ...agent, enforcement, liftedAt: at, goodReports: 0, missed: 0, version: agent.version + 1 };
}

import type { AgentType } from '@ymera/contracts';
import { isAwaited, silentSince, type AgentState } from './agent-state';
import { transition } from './ladder';
import { allowanceMs, type JitterAllowance } from './liveness';

/** The ladder as data. Windows are those of the agent's principal. */
export interface EnforcementPolicy extends JitterAllowance {
  /** Missed windows at which an agent goes up from each level; each more than the one before. */
  readonly climbAfterWindows: { readonly none: number; readonly warned: number; readonly suspended: number };
  /** Good reports that lift a warning or a suspension. */
  readonly recoverAfterReports: number;
  /** Never on the ladder. */
  readonly exemptTypes: readonly AgentType[];
}

/** Integration acts as the PROJECT agent: the platform does not sanction itself. */
export const enforcementPolicy: EnforcementPolicy = {
  climbAfterWindows: { none: 3, warned: 5, suspended: 10 },
  recoverAfterReports: 3,
  exemptTypes: ['PROJECT'],
  jitterShare: 0.1,
  jitterMs: 250,
};

/** For so long nobody's silence counts after a start, a failover, an outage, a hold, or a lift: a suspension window. */
export const graceMs = (policy: EnforcementPolicy, windowMs: number): number =>
  policy.climbAfterWindows.warned * windowMs;

export interface LadderAgent extends Pick<
  AgentState,
  'agentType' | 'liveness' | 'enforcement' | 'lastReportAt' | 'firstSessionAt' | 'liftedAt' | 'version'
> {
  readonly windowMs: number;
}

export interface LadderDecision {
  /** Since when the next step up is due; null while it is not. */
  readonly climbDueAt: number | null;
  /** Whole windows of silence that count. */
  readonly missed: number;
  /** When to decide again if no report comes; null when time alone can change nothing. */
  readonly nextCheckAt: number | null;
}

const nothing: LadderDecision = { climbDueAt: null, missed: 0, nextCheckAt: null };

/**
 * Whether an agent goes one step up, now. `clearSince` is the time from which nothing has stood in the way of its
 * reports: while that is null it stays where it is, and its silence counts from a grace after it at the earliest. The
 * ladder begins with the first session, whether a report follows or not; an agent is seen to be late before anything
 * else is held against it.
 */
export function decideEnforcement(
  agent: LadderAgent,
  policy: EnforcementPolicy,
  now: number,
  clearSince: number | null,
): LadderDecision {
  const { enforcement, liftedAt, windowMs } = agent;
  const since = silentSince(agent);
  if (since === null || policy.exemptTypes.includes(agent.agentType)) return nothing;
  if (enforcement === 'frozen') return nothing;
  if (clearSince === null) return { ...nothing, nextCheckAt: now + windowMs };

  const grace = graceMs(policy, windowMs);
  // A report from the future was received before the clock was set back, from when on it is clear anew.
  const silentFrom = since > now ? clearSince : since;
  const countsFrom = Math.max(silentFrom, clearSince + grace, (liftedAt ?? -Infinity) + grace);
  const allowance = allowanceMs(policy, windowMs);
  const climbAt = countsFrom + policy.climbAfterWindows[enforcement] * windowMs + allowance;
  const isDue = now >= climbAt && agent.liveness !== 'online' && !isAwaited(agent);
  return {
    climbDueAt: isDue ? climbAt : null,
    missed: Math.max(0, Math.floor((now - countsFrom - allowance) / windowMs)),
    nextCheckAt: climbAt,
  };
}

/** The agent one step up; its good reports count from now. */
export function climbed(agent: AgentState, missed: number): AgentState {
  const enforcement = transition(agent.enforcement, 'silent_too_long');
  return enforcement === null
    ? agent
    : { ...agent, enforcement, missed, goodReports: 0, version: agent.version + 1 };
}

/** The agent after enough good reports; the same when they are not enough, or when they lift nothing. */
export function recovered(agent: AgentState, policy: EnforcementPolicy): AgentState {
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

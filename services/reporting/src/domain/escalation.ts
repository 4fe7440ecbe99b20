import type { AgentType } from '@ymera/contracts';
import { isAwaited, missingSince, type AgentState } from './agent-state';
import { transition } from './sanction-level';
import { allowanceMs, type JitterAllowance } from './liveness';

/** The thresholds of the sanction levels. Windows are those of the agent's principal. */
export interface SanctionPolicy extends JitterAllowance {
  /** Missed windows at which an agent is escalated from each level; each more than the one before. */
  readonly escalateAfterWindows: {
    readonly none: number;
    readonly warned: number;
    readonly suspended: number;
  };
  /** Good reports that lift a warning or a suspension. */
  readonly recoverAfterReports: number;
  /** Agent types that are never sanctioned. */
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

/**
 * The grace period after a start, a failover, an outage, a suppression, or a lift, in which missed reports do not
 * count: a suspension window.
 */
export const graceMs = (policy: SanctionPolicy, windowMs: number): number =>
  policy.escalateAfterWindows.warned * windowMs;

export interface SanctionableAgent extends Pick<
  AgentState,
  'agentType' | 'liveness' | 'enforcement' | 'lastReportAt' | 'firstSessionAt' | 'liftedAt' | 'version'
> {
  readonly windowMs: number;
}

export interface EscalationDecision {
  /** Since when the next escalation is due; null while it is not. */
  readonly escalationDueAt: number | null;
  /** Whole missed windows that count. */
  readonly missed: number;
  /** When to decide again if no report comes; null when time alone can change nothing. */
  readonly nextCheckAt: number | null;
}

const nothing: EscalationDecision = { escalationDueAt: null, missed: 0, nextCheckAt: null };

/**
 * Whether an agent is escalated now. `clearSince` is the time since which sanctions are not suppressed: while that is
 * null the level stays, and missed reports count from a grace period after it at the earliest. Escalation begins with
 * the first session, whether a report follows or not; an agent becomes late before it is sanctioned.
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
  // A report from the future was received before the clock was set back; missed reports count from `clearSince` then.
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

/** The agent one level up; its good reports count from now. */
export function escalated(agent: AgentState, missed: number): AgentState {
  const enforcement = transition(agent.enforcement, 'silent_too_long');
  return enforcement === null
    ? agent
    : { ...agent, enforcement, missed, goodReports: 0, version: agent.version + 1 };
}

/** The agent after enough good reports; unchanged when they are not enough, or when they lift nothing. */
export function recovered(agent: AgentState, policy: SanctionPolicy): AgentState {
  const enforcement = transition(agent.enforcement, 'reported_well');
  return enforcement === null || agent.goodReports < policy.recoverAfterReports
    ? agent
    : { ...agent, enforcement, version: agent.version + 1 };
}

/** The agent after a lift, from which everything starts anew. */
export function lifted(agent: AgentState, at: number): AgentState {
  const enforcement = transition(agent.enforcement, 'lifted');
  return enforcement === null
    ? agent
    : { ...agent, enforcement, liftedAt: at, goodReports: 0, missed: 0, version: agent.version + 1 };
}

import type { AgentStanding, enforcementChanged, PayloadOf } from '@ymera/contracts';
import { assertNever } from '@ymera/kernel';
import type { Agent, SanctionCause, SanctionStatus } from './agent';

/** How a sanction ended: by good reports, or by an administrator. */
export type EndCause = 'recovery' | 'lifted';

export interface SanctionChange {
  readonly agent: Agent;
  readonly cause: SanctionCause | EndCause;
}

type Decision = Pick<PayloadOf<typeof enforcementChanged>, 'to' | 'cause' | 'reason'> & {
  readonly decidedAt: Date;
  /** The `aggregate_version` of reporting's events about the agent. */
  readonly version: number;
};

const platform = 'platform';
const severity: Readonly<Record<AgentStanding, number>> = { active: 0, suspended: 1, frozen: 2 };

/**
 * The agent after a decision of reporting. Decisions arrive in any order and more than once, so one that is older than
 * the newest known has no effect. A sanction only becomes more severe; good reports end a suspension for silence and
 * nothing else. `change` is absent when the status stays the same.
 */
export function applySanctionDecision(
  before: Agent,
  decision: Decision,
): { agent: Agent; change?: SanctionChange } {
  if (decision.version <= before.enforcementVersion) return { agent: before };
  const agent = { ...before, enforcementVersion: decision.version };
  if (agent.status === 'retired') return { agent };
  const { to, reason, decidedAt } = decision;
  switch (to) {
    case 'none':
    case 'warned': {
      if (agent.standing.status !== 'suspended' || agent.standing.cause !== 'silence') return { agent };
      const change = reinstate(agent, 'recovery', { reason, changedBy: platform, changedAt: decidedAt });
      return { agent: change.agent, change };
    }
    case 'suspended':
    case 'frozen': {
      const cause = decision.cause === 'policy' ? 'violation' : 'silence';
      if (!isHeavier({ status: to, cause }, agent.standing)) return { agent };
      const standing = { status: to, cause, reason, changedBy: platform, changedAt: decidedAt } as const;
      const sanctioned = changed(agent, standing, agent.credentialEpoch + 1);
      return { agent: sanctioned, change: { agent: sanctioned, cause } };
    }
    default:
      return assertNever(to);
  }
}

/** An administrator may lift what good reports do not. */
export const isLiftable = ({ status, standing }: Agent): boolean =>
  status === 'active' && (standing.status === 'frozen' || standing.cause === 'violation');

export const liftSanction = (agent: Agent, by: string, reason: string, at: Date): SanctionChange =>
  reinstate(agent, 'lifted', { reason, changedBy: by, changedAt: at });

/** The epoch stays: work that was given before the sanction is void forever. */
function reinstate(
  agent: Agent,
  cause: EndCause,
  about: Pick<SanctionStatus, 'reason' | 'changedBy' | 'changedAt'>,
): SanctionChange {
  const standing = { status: 'active', cause: null, ...about } as const;
  return { agent: changed(agent, standing, agent.credentialEpoch), cause };
}

const changed = (agent: Agent, standing: SanctionStatus, credentialEpoch: number): Agent => ({
  ...agent,
  standing,
  credentialEpoch,
  version: agent.version + 1,
});

function isHeavier(
  next: Pick<SanctionStatus, 'status' | 'cause'>,
  { status, cause }: Pick<SanctionStatus, 'status' | 'cause'>,
): boolean {
  if (next.status !== status) return severity[next.status] > severity[status];
  return next.cause === 'violation' && cause !== 'violation';
}

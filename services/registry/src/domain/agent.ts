import {
  maximumSlots,
  type AgentResource,
  type AgentStanding,
  type AgentType,
  type sanctionCause,
} from '@ymera/contracts';
import type { z } from 'zod';

export type SanctionCause = z.output<typeof sanctionCause>;

/** What sanctions have left of an agent's authority, and who decided that. */
export interface SanctionStatus {
  readonly status: AgentStanding;
  /** Null unless something was taken. */
  readonly cause: SanctionCause | null;
  readonly reason: string;
  /** `platform`, or the operator. */
  readonly changedBy: string;
  readonly changedAt: Date;
}

export interface Agent {
  readonly agentId: string;
  readonly principalId: string;
  readonly agentType: AgentType;
  readonly capabilities: readonly string[];
  readonly config: AgentResource['config'];
  readonly status: AgentResource['status'];
  readonly createdAt: Date;
  readonly retirement: { readonly at: Date; readonly by: string; readonly reason: string } | null;
  readonly standing: SanctionStatus;
  /** Raised by every sanction, never lowered; leases record the one they were given under. */
  readonly credentialEpoch: number;
  /** The newest known decision of reporting; 0 before the first. */
  readonly enforcementVersion: number;
  /** Rises with every event about the agent. */
  readonly version: number;
}

/** In bytes, encoded as JSON. */
export const maxConfigBytes = 16_384;

/** As its configuration says; an invalid value counts as the default. */
export function slotsOf({ config }: Pick<Agent, 'config'>): number {
  const { concurrency } = config;
  const isCount = typeof concurrency === 'number' && Number.isInteger(concurrency) && concurrency >= 1;
  return isCount ? Math.min(concurrency, maximumSlots) : 1;
}

export type NewAgent = Pick<
  Agent,
  'agentId' | 'principalId' | 'agentType' | 'capabilities' | 'config' | 'createdAt'
>;

export const newAgent = (fresh: NewAgent): Agent => ({
  ...fresh,
  status: 'active',
  retirement: null,
  standing: {
    status: 'active',
    cause: null,
    reason: '',
    changedBy: 'platform',
    changedAt: fresh.createdAt,
  },
  credentialEpoch: 1,
  enforcementVersion: 0,
  version: 1,
});

export const retireAgent = (agent: Agent, by: string, reason: string, at: Date): Agent => ({
  ...agent,
  status: 'retired',
  retirement: { at, by, reason },
  version: agent.version + 1,
});

export const agentResourceOf = (agent: Agent): AgentResource => ({
  agent_id: agent.agentId,
  agent_type: agent.agentType,
  capabilities: [...agent.capabilities],
  config: agent.config,
  principal_id: agent.principalId,
  status: agent.status,
  created_at: agent.createdAt.toISOString(),
  standing: {
    status: agent.standing.status,
    cause: agent.standing.cause,
    reason: agent.standing.reason,
    changed_by: agent.standing.changedBy,
    changed_at: agent.standing.changedAt.toISOString(),
  },
});

import type { AgentResource, AgentType } from '@ymera/contracts';

export interface Agent {
  readonly agentId: string;
  readonly principalId: string;
  readonly agentType: AgentType;
  readonly capabilities: readonly string[];
  readonly config: AgentResource['config'];
  readonly status: AgentResource['status'];
  readonly createdAt: Date;
  readonly retirement: { readonly at: Date; readonly by: string; readonly reason: string } | null;
  /** Rises with every fact about the agent. */
  readonly version: number;
}

/** Once encoded as JSON. */
export const maximumConfigBytes = 16_384;

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
});

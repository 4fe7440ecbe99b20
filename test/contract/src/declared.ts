import {
  commands,
  events,
  messagesFromAgents,
  messagesToAgents,
  queries,
  type AgentMessageContract,
} from '@ymera/contracts';

export const agentMessages: readonly AgentMessageContract[] = [...messagesFromAgents, ...messagesToAgents];

/** All messages between services, by key. */
export const messages = [...events, ...commands, ...queries];

import type { z } from 'zod';

/** Agents publish to one of three routing prefixes on `agents.in`; they receive messages by their own queue. */
export type AgentChannel = 'report' | 'result' | 'event' | 'inbox';

/** One message of the agent protocol. `name` is the AMQP `type` property; the body is JSON of at most 1 MiB. */
export interface AgentMessageContract<Name extends string = string, Payload extends z.ZodType = z.ZodType> {
  readonly kind: 'agent_message';
  readonly name: Name;
  readonly channel: AgentChannel;
  readonly summary: string;
  readonly payload: Payload;
  readonly sample: z.input<Payload>;
}

export function defineAgentMessage<Name extends string, Payload extends z.ZodType>(
  declaration: Omit<AgentMessageContract<Name, Payload>, 'kind'>,
): AgentMessageContract<Name, Payload> {
  return { kind: 'agent_message', ...declaration };
}

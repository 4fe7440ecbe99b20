import { failure, FailureException } from '@ymera/kernel';
import type { z } from 'zod';
import { exchanges } from '../topology/names';
import type { VirtualHost } from '../topology/topology';
import type { AgentMessageContract } from './agent-message';
import type { CommandContract, EventContract } from './message';

/**
 * A message as it goes to the broker. The publisher adds the common properties: persistent, mandatory, content type,
 * the sender's user id.
 */
export interface OutgoingMessage {
  /** UUIDv7; AMQP `message-id`, by which inboxes deduplicate. */
  readonly messageId: string;
  readonly vhost: VirtualHost;
  /** Empty: the default exchange, where the routing key is a queue's name. */
  readonly exchange: string;
  readonly routingKey: string;
  /** AMQP `type`: the contract's key, or the name of an agent message. */
  readonly type: string;
  /** `traceparent`, and our own `x-ymera-*`. */
  readonly headers: MessageHeaders;
  readonly body: Buffer;
}

export type MessageHeaders = Readonly<Record<string, unknown>>;

/** The sender's part of a message, besides the payload. */
export interface Stamp {
  /** UUIDv7. */
  readonly id: string;
  readonly time: Date;
  /** `traceparent` of the sender. */
  readonly headers?: MessageHeaders;
}

export interface Fact<Payload extends z.ZodType> {
  readonly aggregateId: string;
  readonly aggregateVersion: number;
  readonly payload: z.input<Payload>;
}

const noHeaders: MessageHeaders = {};

/** Throws `FailureException` `payload_invalid`: an invalid payload is never stored nor published. */
function parsed<Payload extends z.ZodType>(
  contract: { readonly payload: Payload },
  name: string,
  payload: z.input<Payload>,
): z.output<Payload> {
  const result = contract.payload.safeParse(payload);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new FailureException(
    failure('validation', 'payload_invalid', `The payload of ${name} is invalid: ${issues.join('; ')}`),
  );
}

/** An event as a structured CloudEvent, for the exchange of events. */
export function eventMessage<Payload extends z.ZodType>(
  contract: EventContract<Payload>,
  fact: Fact<Payload>,
  stamp: Stamp,
): OutgoingMessage {
  const payload = parsed(contract, contract.key, fact.payload);
  const envelope = {
    specversion: '1.0',
    id: stamp.id,
    source: `/ymera/${contract.owner}`,
    type: contract.key,
    subject: fact.aggregateId,
    time: stamp.time.toISOString(),
    datacontenttype: 'application/json',
    data: { ...(payload as object), aggregate_version: fact.aggregateVersion },
  };
  return {
    messageId: stamp.id,
    vhost: 'services',
    exchange: exchanges.events,
    routingKey: contract.key,
    type: contract.key,
    headers: stamp.headers ?? noHeaders,
    body: Buffer.from(JSON.stringify(envelope)),
  };
}

/** An order, for the exchange of commands. */
export function commandMessage<Payload extends z.ZodType>(
  contract: CommandContract<Payload>,
  payload: z.input<Payload>,
  stamp: Stamp,
): OutgoingMessage {
  return {
    messageId: stamp.id,
    vhost: 'services',
    exchange: exchanges.commands,
    routingKey: contract.key,
    type: contract.key,
    headers: stamp.headers ?? noHeaders,
    body: Buffer.from(JSON.stringify(parsed(contract, contract.key, payload))),
  };
}

/** A message to one principal. */
export function agentMessage<Name extends string, Payload extends z.ZodType>(
  contract: AgentMessageContract<Name, Payload>,
  principalId: string,
  payload: z.input<Payload>,
  stamp: Stamp,
): OutgoingMessage {
  return {
    messageId: stamp.id,
    vhost: 'agents',
    exchange: exchanges.agentsOut,
    routingKey: principalId,
    type: contract.name,
    headers: stamp.headers ?? noHeaders,
    body: Buffer.from(JSON.stringify(parsed(contract, contract.name, payload))),
  };
}

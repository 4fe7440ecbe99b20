import type { Attributes } from '@opentelemetry/api';

/** The destination or source of a message. */
export interface MessagePlace {
  readonly exchange: string;
  /** In messages to agents it names the principal, so it is never part of a span's name. */
  readonly routingKey: string;
  /** The contract's key, or the name of an agent message. */
  readonly type: string;
  readonly messageId: string;
  /** Of a delivery. */
  readonly queue?: string;
}

const kinds = { publish: 'send', process: 'process', ask: 'send', answer: 'process' } as const;
export type MessageOperation = keyof typeof kinds;

const joined = (parts: readonly (string | undefined)[]): string => parts.filter(Boolean).join(':');

/**
 * `{operation} {destination}` of the OpenTelemetry messaging conventions for RabbitMQ (1.37, in development): exchange,
 * key, queue. The type stands for the key: it is the key of events, commands and queries, and never an id.
 */
export const messageSpanName = (
  operation: MessageOperation,
  { exchange, type, queue }: MessagePlace,
): string => `${operation} ${joined([exchange, type, queue])}`;

export const messageAttributes = (
  operation: MessageOperation,
  { exchange, routingKey, type, messageId, queue }: MessagePlace,
): Attributes => ({
  'messaging.system': 'rabbitmq',
  'messaging.operation.name': operation,
  'messaging.operation.type': kinds[operation],
  'messaging.destination.name': joined([exchange, routingKey, queue === routingKey ? undefined : queue]),
  'messaging.rabbitmq.destination.routing_key': routingKey,
  'messaging.message.id': messageId,
  'ymera.message_type': type,
});

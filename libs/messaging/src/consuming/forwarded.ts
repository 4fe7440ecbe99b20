import { exchanges, type MessageHeaders, type OutgoingMessage, type VirtualHost } from '@ymera/contracts';
import { isUuidv7, uuidv7 } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import type { DelayedMessage } from '../delayed-delivery';
import { headerNames } from '../headers';
import { attemptsOf, principalOf, type IntakeFacts } from './intake';

/** Where a delivery is, and what is known of it. */
export interface Place {
  readonly vhost: VirtualHost;
  readonly queue: string;
  readonly service: string;
  readonly facts: IntakeFacts;
}

const maxReasonLength = 1000;

const text = (value: unknown, maxLength = 255): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, maxLength) : undefined;

/** None of a stranger's headers travels on, except the trace. */
function kept(message: ConsumeMessage, { vhost, facts }: Place): MessageHeaders {
  const original: MessageHeaders = message.properties.headers ?? {};
  const isSentAgain = message.properties.userId === facts.ownUser && message.fields.exchange === '';
  const headers: Record<string, unknown> = {
    [headerNames.exchange]: (isSentAgain && text(original[headerNames.exchange])) || message.fields.exchange,
    [headerNames.routingKey]:
      (isSentAgain && text(original[headerNames.routingKey])) || message.fields.routingKey,
  };
  const traceparent = text(original['traceparent']);
  if (traceparent) headers['traceparent'] = traceparent;
  const principal = vhost === 'agents' ? principalOf(message, facts) : undefined;
  if (principal) headers[headerNames.principal] = principal;
  return headers;
}

const idOf = (message: ConsumeMessage): string => {
  const id = text(message.properties.messageId);
  return id !== undefined && isUuidv7(id) ? id : uuidv7();
};

/** The same message for the same queue, later. */
export function delayedOf(message: ConsumeMessage, place: Place, afterMs: number): DelayedMessage {
  const { now } = place.facts;
  return {
    vhost: place.vhost,
    queue: place.queue,
    retryAt: new Date(now.getTime() + afterMs),
    messageId: idOf(message),
    type: text(message.properties.type) ?? '',
    headers: { ...kept(message, place), [headerNames.attempts]: attemptsOf(message, place.facts) },
    body: message.content,
  };
}

/** The message as it was, with why it is dead. The code and reason are for operators, who can send it again. */
export function deadLetterOf(
  message: ConsumeMessage,
  place: Place,
  cause: { readonly code: string; readonly reason: string },
): OutgoingMessage {
  return {
    messageId: idOf(message),
    vhost: place.vhost,
    exchange: place.vhost === 'services' ? exchanges.dead : exchanges.agentsDead,
    routingKey: place.service,
    type: text(message.properties.type) ?? '',
    headers: {
      ...kept(message, place),
      [headerNames.code]: cause.code,
      [headerNames.reason]: cause.reason.slice(0, maxReasonLength),
      [headerNames.queue]: place.queue,
      [headerNames.attempts]: attemptsOf(message, place.facts),
      [headerNames.deadAt]: place.facts.now.toISOString(),
    },
    body: message.content,
  };
}

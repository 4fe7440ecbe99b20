import { unreadableHeaders } from '@ymera/amqp';
import { exchanges, type MessageHeaders, type OutgoingMessage } from '@ymera/contracts';
import { isUuidv7, sha256Hex, uuidv7 } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import type { DelayedMessage } from '../delayed-delivery';
import { headerNames } from '../headers';
import { originOf, type OriginAuthenticator } from '../origin';
import { boundedText, shortText, traceparentOf } from './bounded-text';
import { attemptsOf, isOwnCopy, senderOf, type IntakeFacts } from './intake';

/** The place of a delivery, and its known history. */
export interface Place {
  readonly facts: IntakeFacts & { readonly origins: Pick<OriginAuthenticator, 'macOf'> };
  /** Bytes of a body that are kept. */
  readonly maxBodyBytes: number;
}

const maxReasonLength = 1000;

/** None of a stranger's headers travels on, except the trace. */
function kept(message: ConsumeMessage, { facts }: Place): MessageHeaders {
  const original: MessageHeaders = message.properties.headers ?? {};
  const isSentAgain = isOwnCopy(message, facts);
  const headers: Record<string, unknown> = {
    [headerNames.exchange]:
      (isSentAgain && boundedText(original[headerNames.exchange])) || message.fields.exchange,
    [headerNames.routingKey]:
      (isSentAgain && boundedText(original[headerNames.routingKey])) ||
      (boundedText(message.fields.routingKey) ?? ''),
  };
  const traceparent = traceparentOf(original['traceparent']);
  if (traceparent) headers['traceparent'] = traceparent;
  const sender = boundedText(senderOf(message, facts));
  if (sender) headers[headerNames.sender] = sender;
  return headers;
}

const idOf = (message: ConsumeMessage): string => {
  const id: unknown = message.properties.messageId;
  return typeof id === 'string' && isUuidv7(id) ? id : uuidv7();
};

/** The same message for the same queue, later. */
export function delayedOf(message: ConsumeMessage, place: Place, afterMs: number): DelayedMessage {
  const { now, vhost, queue } = place.facts;
  return {
    vhost,
    queue,
    retryAt: new Date(now.getTime() + afterMs),
    messageId: idOf(message),
    type: shortText(message.properties.type) ?? '',
    headers: { ...kept(message, place), [headerNames.attempts]: attemptsOf(message, place.facts) },
    body: message.content,
  };
}

/** What of a message cannot be kept in its dead letter as it was, in words. */
function alterationsOf(
  { properties, fields, content }: ConsumeMessage,
  { maxBodyBytes }: Place,
): readonly string[] {
  const headers: MessageHeaders = properties.headers ?? {};
  const type: unknown = properties.type;
  return [
    type !== undefined && (shortText(type) ?? '') !== type
      ? 'type cut, or characters in it replaced'
      : undefined,
    (boundedText(fields.routingKey) ?? '') !== fields.routingKey
      ? 'characters in the routing key replaced'
      : undefined,
    headers['traceparent'] !== undefined && traceparentOf(headers['traceparent']) === undefined
      ? 'traceparent dropped'
      : undefined,
    headers[unreadableHeaders] === true ? 'headers dropped: they could not be decoded' : undefined,
    content.length > maxBodyBytes
      ? `body cut to ${maxBodyBytes} of ${content.length} bytes, sha256 ${sha256Hex(content)}`
      : undefined,
  ].filter((alteration) => alteration !== undefined);
}

/** The reason, and after it what was altered: both are for operators. */
function reasonOf(reason: string, alterations: readonly string[]): string {
  const note = alterations.length === 0 ? '' : ` [Altered: ${alterations.join('; ')}.]`;
  return `${boundedText(reason, maxReasonLength - note.length) ?? ''}${note}`;
}

export interface DeadMessage {
  readonly letter: OutgoingMessage;
  /** Something of the message was cut or replaced; the reason says what. */
  readonly isAltered: boolean;
}

/**
 * The message as it was, with why it is dead. The code and reason are for operators, who can send it again. Whatever the
 * message is, its letter can be encoded and stored: a dead letter that cannot be published would hold its place in the
 * queue for ever.
 */
export function deadLetterOf(
  message: ConsumeMessage,
  place: Place,
  cause: { readonly code: string; readonly reason: string },
): DeadMessage {
  const alterations = alterationsOf(message, place);
  const { content } = message;
  const { vhost, queue, own, now, origins } = place.facts;
  const copy = {
    messageId: idOf(message),
    vhost,
    type: shortText(message.properties.type) ?? '',
    headers: kept(message, place),
    body: content.subarray(0, place.maxBodyBytes),
  };
  const letter: OutgoingMessage = {
    ...copy,
    exchange: vhost === 'services' ? exchanges.dead : exchanges.agentsDead,
    routingKey: own.service,
    headers: {
      ...copy.headers,
      // The service that stores the letter cannot say who sent the message; with this it can be sent to us again.
      [headerNames.mac]: origins.macOf(originOf({ ...copy, routingKey: queue })),
      [headerNames.code]: boundedText(cause.code) ?? 'unknown',
      [headerNames.reason]: reasonOf(cause.reason, alterations),
      [headerNames.queue]: queue,
      [headerNames.attempts]: attemptsOf(message, place.facts),
      [headerNames.deadAt]: now.toISOString(),
      ...(content.length > place.maxBodyBytes && { [headerNames.bodyBytes]: content.length }),
    },
  };
  return { letter, isAltered: alterations.length > 0 };
}

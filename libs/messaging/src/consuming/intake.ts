import {
  cloudEvent,
  serviceOfUser,
  type AgentMessageContract,
  type CommandContract,
  type EventContract,
  type MessageHeaders,
  type ServiceIdentity,
  type ServiceName,
  type VirtualHost,
} from '@ymera/contracts';
import { err, messageIdTime, ok, uuidv7, type Result } from '@ymera/kernel';
import type { Message } from 'amqplib';
import type { z } from 'zod';
import { headerNames } from '../headers';
import { originOf, type OriginAuthenticator } from '../origin';
import type { Received } from '../received';
import { json, rejection, parseUntrustedJson, type Rejection } from './json-body';

/** Input of the rules below, besides the message. */
export interface IntakeFacts {
  readonly now: Date;
  readonly vhost: VirtualHost;
  readonly queue: string;
  /** Of our own connection. */
  readonly own: ServiceIdentity;
  /** Recognises the copies that we sent to ourselves. */
  readonly origins: Pick<OriginAuthenticator, 'isAuthentic'>;
  /** Ids older than this cannot be distinguished from repetitions any more. */
  readonly retentionMs: number;
}

type Intake = Result<Received<unknown>, Rejection>;

const maxAttemptsHeader = 10_000;

const headersOf = (message: Message): MessageHeaders => message.properties.headers ?? {};
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const isOurs = (message: Message, { own }: IntakeFacts): boolean => message.properties.userId === own.user;

/** Trusted only in messages that we sent ourselves: retries and replays. */
export function attemptsOf(message: Message, facts: IntakeFacts): number {
  const finished: unknown = headersOf(message)[headerNames.attempts];
  const isCount = typeof finished === 'number' && Number.isInteger(finished) && finished >= 0;
  return isOurs(message, facts) && isCount ? Math.min(finished, maxAttemptsHeader) + 1 : 1;
}

/** Whether it is a copy of ours, by any user: its headers say where it came from. */
export function isOwnCopy(message: Message, { vhost, queue, origins }: IntakeFacts): boolean {
  const headers = headersOf(message);
  const mac = headers[headerNames.mac];
  if (typeof mac !== 'string') return false;
  const { messageId, type } = message.properties as { readonly messageId: unknown; readonly type: unknown };
  const origin = originOf({
    vhost,
    routingKey: queue,
    messageId: textOf(messageId),
    type: textOf(type),
    headers,
    body: message.content,
  });
  return origin.sender !== '' && origins.isAuthentic(origin, mac);
}

/**
 * Who sent a message first: the broker-validated user id, of a copy of ours the one that it had. A MAC that does not fit names
 * no sender: the service that brings the copy must not be taken for the one that wrote the message.
 */
export function senderOf(message: Message, facts: IntakeFacts): string | undefined {
  const headers = headersOf(message);
  const isCopy = headers[headerNames.mac] !== undefined;
  if (isCopy && !isOwnCopy(message, facts)) return undefined;
  const user: unknown = isCopy ? headers[headerNames.sender] : message.properties.userId;
  return typeof user === 'string' && user !== '' ? user : undefined;
}

/** Only the senders that the contract names are believed, whatever the exchange that the message came by. */
function checkSender(
  key: string,
  senders: readonly ServiceName[],
  message: Message,
  facts: IntakeFacts,
): Result<void, Rejection> {
  const sender = senderOf(message, facts);
  const service = serviceOfUser(sender, facts.own);
  if (service !== undefined && senders.includes(service)) return ok(undefined);
  return err(
    rejection(
      'sender_not_allowed',
      `${key} comes from ${senders.join(' or ')}, not from ${sender ?? 'a user that the broker has not validated'}`,
    ),
  );
}

function problemOf(type: string, error: z.ZodError): Rejection {
  const issues = error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`);
  return rejection('invalid_payload', `${type}: ${issues.join('; ')}`);
}

/** Our own messages carry ids of ours; the inbox remembers them for so long and no longer. */
function timeOfId(id: string, { now, retentionMs }: IntakeFacts): Result<Date, Rejection> {
  const time = messageIdTime(id, now, retentionMs);
  return time.ok ? time : err(rejection(time.error.code, time.error.message));
}

/** Without a spread, because this runs for every message. */
function withTrace(received: Received<unknown>, message: Message): Received<unknown> {
  const traceparent: unknown = headersOf(message)['traceparent'];
  if (typeof traceparent === 'string') (received as { traceparent?: string }).traceparent = traceparent;
  return received;
}

const envelope = cloudEvent.omit({ data: true });

export function readEvent(contract: EventContract, message: Message, facts: IntakeFacts): Intake {
  const sender = checkSender(contract.key, [contract.owner], message, facts);
  if (!sender.ok) return sender;
  const id = textOf(message.properties.messageId);
  const time = timeOfId(id, facts);
  if (!time.ok) return time;
  const body = json(message.content);
  if (!body.ok) return body;
  const outer = envelope.safeParse(body.value);
  if (!outer.success) return err(problemOf(contract.key, outer.error));
  const { data } = body.value as { readonly data: unknown };
  const payload = contract.payload.safeParse(data);
  if (!payload.success) return err(problemOf(contract.key, payload.error));
  const aggregateVersion = (data as { readonly aggregate_version?: unknown }).aggregate_version;
  if (outer.data.id !== id || outer.data.type !== contract.key || !isVersion(aggregateVersion))
    return err(rejection('invalid_payload', `${contract.key}: the envelope does not fit the message`));
  return ok(
    withTrace(
      {
        id,
        type: contract.key,
        payload: payload.data,
        aggregateId: outer.data.subject,
        aggregateVersion,
        time: time.value,
        attempts: attemptsOf(message, facts),
      },
      message,
    ),
  );
}

const isVersion = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 1;

export function readCommand(contract: CommandContract, message: Message, facts: IntakeFacts): Intake {
  const sender = checkSender(contract.key, contract.senders, message, facts);
  if (!sender.ok) return sender;
  const id = textOf(message.properties.messageId);
  const time = timeOfId(id, facts);
  if (!time.ok) return time;
  const body = json(message.content);
  if (!body.ok) return body;
  const payload = contract.payload.safeParse(body.value);
  if (!payload.success) return err(problemOf(contract.key, payload.error));
  return ok(
    withTrace(
      {
        id,
        type: contract.key,
        payload: payload.data,
        time: time.value,
        attempts: attemptsOf(message, facts),
      },
      message,
    ),
  );
}

/** The sender's id is not trusted, not even its form: it is shortened for the log. */
export function readAgentMessage(
  contract: AgentMessageContract,
  message: Message,
  facts: IntakeFacts,
): Intake {
  const principalId = senderOf(message, facts);
  if (principalId === undefined)
    return err(rejection('identity_missing', 'the message has no broker-validated user id'));
  const body = parseUntrustedJson(message.content);
  if (!body.ok) return body;
  const payload = contract.payload.safeParse(body.value);
  if (!payload.success) return err(problemOf(contract.name, payload.error));
  return ok(
    withTrace(
      {
        id: textOf(message.properties.messageId).slice(0, 64) || uuidv7(facts.now.getTime()),
        type: contract.name,
        payload: payload.data,
        time: facts.now,
        attempts: attemptsOf(message, facts),
        principalId,
      },
      message,
    ),
  );
}

import {
  isLivingQueue,
  serviceUser,
  type DeadLetterQueue,
  type ServiceName,
  type VirtualHost,
} from '@ymera/contracts';
import { isUuidv7 } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import { headerNames } from '../headers';

/** A message out of a dead-letter queue, with what can be believed of how it came there. */
export interface ReceivedDeadLetter {
  readonly vhost: VirtualHost;
  readonly owner: ServiceName;
  /** Where it died; undefined when nobody trustworthy says so. */
  readonly queue: string | undefined;
  /** A UUIDv7, or undefined. */
  readonly messageId: string | undefined;
  readonly type: string;
  /** The validated sender, of a message from an agent. */
  readonly principalId: string | undefined;
  readonly code: string;
  readonly reason: string;
  /** The same for each delivery of one death, and only for those. */
  readonly diedAt: Date | undefined;
  readonly traceparent: string | undefined;
  readonly body: Buffer;
}

interface DeadLetterCause {
  readonly code: string;
  readonly reason: string;
  readonly queue: string | undefined;
  readonly diedAt: Date | undefined;
}

const maxTextLength = 1000;

/** Strangers' words go into a table and onto screens: without control characters, and not for ever. */
const text = (value: unknown, maxLength = 255): string | undefined =>
  typeof value === 'string' && value !== ''
    ? value.slice(0, maxLength).replaceAll(/[\u0000-\u001f\u007f]/g, ' ')
    : undefined;

const dateOf = (milliseconds: number): Date | undefined =>
  Number.isFinite(milliseconds) ? new Date(milliseconds) : undefined;

/** Two ways lead here: a consumer's own confirmed publish, which says why, and the broker, which counted deliveries. */
function deathOf({ properties }: ConsumeMessage, isOwners: boolean): DeadLetterCause {
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const code = text(headers[headerNames.code], 100);
  if (isOwners && code !== undefined)
    return {
      code,
      reason: text(headers[headerNames.reason], maxTextLength) ?? '',
      queue: text(headers[headerNames.queue]),
      diedAt: dateOf(Date.parse(String(headers[headerNames.deadAt]))),
    };
  // The broker puts the newest death first.
  const [newest] = Array.isArray(headers['x-death']) ? (headers['x-death'] as readonly unknown[]) : [];
  const death = (typeof newest === 'object' && newest !== null ? newest : {}) as Readonly<
    Record<string, unknown>
  >;
  const why = text(death['reason'], 100);
  const queue = text(death['queue']);
  if (why === undefined) return { code: 'unknown', reason: 'Nothing says why.', queue, diedAt: undefined };
  return { code: why, reason: brokersReason(why, queue), queue, diedAt: brokersTime(death['time']) };
}

const brokersReason = (why: string, queue: string | undefined): string =>
  why === 'delivery_limit'
    ? `The broker delivered it from ${queue ?? 'its queue'} as often as it may, and no consumer finished with it.`
    : `The broker took it out of ${queue ?? 'its queue'}: ${why}.`;

/** In seconds, as AMQP has it. */
function brokersTime(time: unknown): Date | undefined {
  const seconds =
    typeof time === 'object' && time !== null && 'value' in time ? Number(time.value) : Number.NaN;
  return dateOf(seconds * 1000);
}

/**
 * Headers are believed only of messages whose broker-validated user id is the owner's: an agent may write any. The queue
 * must be one that this owner's messages can die in, whoever names it, because a replay is published to it.
 */
export function readDeadLetter(
  message: ConsumeMessage,
  { vhost, owner }: Pick<DeadLetterQueue, 'vhost' | 'owner'>,
  ownUser: string,
): ReceivedDeadLetter {
  const { properties, content } = message;
  const userId: unknown = properties.userId;
  const isOwners = userId === serviceUser(owner) || userId === ownUser;
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const { queue, ...death } = deathOf(message, isOwners);
  const messageId = text(properties.messageId);
  const principal = isOwners ? headers[headerNames.principal] : userId;
  return {
    vhost,
    owner,
    ...death,
    queue: queue !== undefined && isLivingQueue({ vhost, owner, name: queue }) ? queue : undefined,
    messageId: messageId !== undefined && isUuidv7(messageId) ? messageId : undefined,
    type: text(properties.type) ?? '',
    principalId: vhost === 'agents' ? text(principal) : undefined,
    traceparent: text(headers['traceparent'], 100),
    body: content,
  };
}

import {
  isLivingQueue,
  serviceOfUser,
  type DeadLetterQueue,
  type MessageHeaders,
  type ServiceIdentity,
  type ServiceName,
  type VirtualHost,
} from '@ymera/contracts';
import { isUuidv7, sha256Hex } from '@ymera/kernel';
import type { ConsumeMessage } from 'amqplib';
import { boundedText, traceparentOf } from '../consuming/bounded-text';
import { formerPrincipalHeader, headerNames } from '../headers';

/** By which its consumer knows a replay: sender and first destination. */
interface DeadLetterOrigin {
  readonly sender: string | undefined;
  readonly headers: MessageHeaders;
  /** With the consumer's own MAC. */
  readonly isAuthenticated: boolean;
}

/** A message of a dead-letter queue, with the trusted part of its history. */
export interface ReceivedDeadLetter {
  readonly vhost: VirtualHost;
  readonly owner: ServiceName;
  /** Its queue; undefined without a trusted source. */
  readonly queue: string | undefined;
  /** A UUIDv7, or undefined. */
  readonly messageId: string | undefined;
  readonly type: string;
  /** The validated sender, of a message from an agent. */
  readonly principalId: string | undefined;
  readonly origin: DeadLetterOrigin;
  readonly code: string;
  readonly reason: string;
  /** Equal for each delivery of one dead-lettering, and only for those. */
  readonly diedAt: Date | undefined;
  readonly traceparent: string | undefined;
  readonly body: Buffer;
  /** Bytes of the body before it was cut; undefined where it is whole. */
  readonly bodyBytes: number | undefined;
}

interface DeadLetterCause {
  readonly code: string;
  readonly reason: string;
  readonly queue: string | undefined;
  readonly diedAt: Date | undefined;
}

const maxTextLength = 1000;

/** Strangers' words go into a table and onto screens: without control characters, and bounded. */
const text = (value: unknown, maxLength = 255): string | undefined =>
  typeof value === 'string'
    ? boundedText(value.replaceAll(/[\u0000-\u001f\u007f]/g, ' '), maxLength)
    : undefined;

/** The end of the year 9999: a later date has another form, and no meaning. */
const maxTime = 253_402_300_799_999;

const dateOf = (milliseconds: number): Date | undefined =>
  milliseconds >= 0 && milliseconds <= maxTime ? new Date(milliseconds) : undefined;

/** Two ways lead here: a consumer's own confirmed publish, which says why, and the broker, which counted deliveries. */
function deathOf({ properties }: ConsumeMessage, isOwners: boolean): DeadLetterCause {
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const code = text(headers[headerNames.code], 100);
  if (isOwners && code !== undefined)
    return {
      code,
      reason: text(headers[headerNames.reason], maxTextLength) ?? '',
      queue: text(headers[headerNames.queue]),
      diedAt: dateOf(Date.parse(text(headers[headerNames.deadAt]) ?? '')),
    };
  // The broker puts the newest death first.
  const [newest] = Array.isArray(headers['x-death']) ? (headers['x-death'] as readonly unknown[]) : [];
  const death = (typeof newest === 'object' && newest !== null ? newest : {}) as Readonly<
    Record<string, unknown>
  >;
  const why = text(death['reason'], 100);
  const queue = text(death['queue']);
  if (why === undefined)
    return {
      code: 'unknown',
      reason: 'No reason recorded (x-death header is missing).',
      queue,
      diedAt: undefined,
    };
  return { code: why, reason: brokersReason(why, queue), queue, diedAt: brokersTime(death['time']) };
}

function brokersReason(why: string, queue = 'its queue'): string {
  if (why === 'delivery_limit')
    return `The broker delivered it from ${queue} as often as it may, and no consumer finished with it.`;
  if (why === 'rejected')
    return `Its consumer rejected it out of ${queue}: it could neither be handled nor published as a dead letter.`;
  return `The broker took it out of ${queue}: ${why}.`;
}

/** In seconds, as AMQP has it. */
function brokersTime(time: unknown): Date | undefined {
  const isTime = typeof time === 'object' && time !== null && 'value' in time;
  return isTime && typeof time.value === 'number' ? dateOf(time.value * 1000) : undefined;
}

const originHeaders = [
  headerNames.sender,
  headerNames.exchange,
  headerNames.routingKey,
  headerNames.mac,
] as const;

/** As they are: a character more or less, and the MAC would not fit. */
function ownersOrigin(headers: MessageHeaders): DeadLetterOrigin {
  const origin = Object.fromEntries(
    originHeaders.flatMap((name) => {
      const value = headers[name];
      return typeof value === 'string' ? [[name, boundedText(value, maxTextLength)]] : [];
    }),
  );
  return { ...unsignedOrigin(origin), isAuthenticated: headerNames.mac in origin };
}

function unsignedOrigin(headers: MessageHeaders): DeadLetterOrigin {
  const sender = headers[headerNames.sender];
  return {
    sender: typeof sender === 'string' && sender !== '' ? sender : undefined,
    headers,
    isAuthenticated: false,
  };
}

/**
 * Headers are trusted only in messages whose broker-validated user id is the owner's: an agent may write any. The queue
 * must be one from which this owner's messages can be dead-lettered, whatever the source, because a replay is published
 * to it.
 */
export function readDeadLetter(
  message: ConsumeMessage,
  { vhost, owner }: Pick<DeadLetterQueue, 'vhost' | 'owner'>,
  own: ServiceIdentity,
): ReceivedDeadLetter {
  const { properties, content } = message;
  const userId: unknown = properties.userId;
  // Ours besides: a replay that the broker gave up has our user, and the headers of its letter.
  const isOwners = serviceOfUser(userId, own) === owner || userId === own.user;
  const headers: Readonly<Record<string, unknown>> = properties.headers ?? {};
  const { queue, ...death } = deathOf(message, isOwners);
  const messageId = text(properties.messageId);
  const bodyBytes: unknown = headers[headerNames.bodyBytes];
  const sender = isOwners ? (headers[headerNames.sender] ?? headers[formerPrincipalHeader]) : userId;
  return {
    vhost,
    owner,
    ...death,
    queue: queue !== undefined && isLivingQueue({ vhost, owner, name: queue }) ? queue : undefined,
    messageId: messageId !== undefined && isUuidv7(messageId) ? messageId : undefined,
    type: text(properties.type) ?? '',
    principalId: vhost === 'agents' ? text(sender) : undefined,
    origin: isOwners ? ownersOrigin(headers) : unsignedOrigin({ [headerNames.sender]: text(userId) ?? '' }),
    traceparent: traceparentOf(headers['traceparent']),
    body: content,
    bodyBytes: isOwners && typeof bodyBytes === 'number' ? bodyBytes : undefined,
  };
}

/**
 * The letter, and what is left of it when it cannot be stored: first without its texts, then without its body too. The last
 * one holds nothing of the message but its size and digest, so a store that refuses that one is itself at fault.
 */
export function storableVersions(
  letter: ReceivedDeadLetter,
): readonly [ReceivedDeadLetter, ...ReceivedDeadLetter[]] {
  const { vhost, owner, queue, messageId, diedAt, body } = letter;
  const bytes = letter.bodyBytes ?? body.length;
  const bare = {
    vhost,
    owner,
    queue,
    messageId,
    diedAt,
    type: '',
    principalId: undefined,
    origin: unsignedOrigin({}),
    traceparent: undefined,
  };
  const code = 'unstorable_message';
  const reason = (dropped: string): string =>
    `The store refused it as it was. [Altered: ${dropped}.] Its body had ${bytes} bytes, sha256 ${sha256Hex(body)}.`;
  return [
    letter,
    {
      ...bare,
      code,
      reason: reason('type, sender, trace, code and reason dropped'),
      body,
      bodyBytes: letter.bodyBytes,
    },
    { ...bare, code, reason: reason('everything but this dropped'), body: Buffer.alloc(0), bodyBytes: bytes },
  ];
}

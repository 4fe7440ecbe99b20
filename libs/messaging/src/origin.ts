import type { MessageHeaders, OutgoingMessage, ServiceName, VirtualHost } from '@ymera/contracts';
import { sha256Hex } from '@ymera/kernel';
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { headerNames } from './headers';

/** A copy of a message that its consumer sends to its own queue again, and where the message came from. */
export interface Origin {
  readonly vhost: VirtualHost;
  readonly queue: string;
  /** The broker-validated user id of the first delivery. */
  readonly sender: string;
  readonly exchange: string;
  readonly routingKey: string;
  readonly messageId: string;
  readonly type: string;
  readonly body: Buffer;
}

const keyBytes = 32;
export const createOriginKey = (): Buffer => randomBytes(keyBytes);

const textIn = (headers: MessageHeaders, name: string): string => {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
};

/**
 * A retry or a replay reaches its consumer under another user id than the message had. The consumer believes who sent it
 * first only by a MAC that it made itself (ADR 0020). The newest key makes them; older ones are still believed.
 */
export class OriginAuthenticator {
  constructor(
    private readonly service: ServiceName,
    private readonly keys: readonly [Buffer, ...Buffer[]],
  ) {}

  /** The message with a MAC, where it is a copy for a queue of ours, with a sender and without a MAC. */
  sign(message: OutgoingMessage): OutgoingMessage {
    const { headers, exchange, routingKey: queue } = message;
    const isOurs = exchange === '' && queue.startsWith(`${this.service}.`);
    if (!isOurs || textIn(headers, headerNames.sender) === '' || headerNames.mac in headers) return message;
    return { ...message, headers: { ...headers, [headerNames.mac]: this.macOf(originOf(message)) } };
  }

  macOf(origin: Origin): string {
    return macWith(this.keys[0], origin).toString('base64url');
  }

  isAuthentic(origin: Origin, mac: string): boolean {
    const given = Buffer.from(mac, 'base64url');
    return this.keys.some((key) => {
      const made = macWith(key, origin);
      return made.length === given.length && timingSafeEqual(made, given);
    });
  }
}

/** What the headers of a copy say of its origin. */
export const originOf = ({
  vhost,
  routingKey: queue,
  messageId,
  type,
  headers,
  body,
}: Pick<OutgoingMessage, 'vhost' | 'routingKey' | 'messageId' | 'type' | 'headers' | 'body'>): Origin => ({
  vhost,
  queue,
  sender: textIn(headers, headerNames.sender),
  exchange: textIn(headers, headerNames.exchange),
  routingKey: textIn(headers, headerNames.routingKey),
  messageId,
  type,
  body,
});

function macWith(key: Buffer, { body, ...origin }: Origin): Buffer {
  const { vhost, queue, sender, exchange, routingKey, messageId, type } = origin;
  const covered = [vhost, queue, sender, exchange, routingKey, messageId, type, sha256Hex(body)];
  return createHmac('sha256', key).update(JSON.stringify(covered)).digest();
}

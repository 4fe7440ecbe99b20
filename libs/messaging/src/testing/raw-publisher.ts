import type { Channel, ChannelModel } from 'amqplib';
import type { Socket } from 'node:net';

/** A value of a field table: its type tag and its bytes as they go over the wire. */
export interface RawField {
  readonly tag: string;
  readonly bytes: Buffer;
}

export const shortString = (bytes: Buffer): Buffer => Buffer.concat([Buffer.of(bytes.length), bytes]);

const sized = (bytes: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.length);
  return Buffer.concat([size, bytes]);
};

export const rawTable = (entries: readonly (readonly [Buffer, RawField])[]): Buffer =>
  sized(
    Buffer.concat(
      entries.flatMap(([name, { tag, bytes }]) => [shortString(name), Buffer.from(tag, 'latin1'), bytes]),
    ),
  );

export const field = {
  string: (bytes: Buffer): RawField => ({ tag: 'S', bytes: sized(bytes) }),
  binary: (bytes: Buffer): RawField => ({ tag: 'x', bytes: sized(bytes) }),
  table: (entries: readonly (readonly [Buffer, RawField])[]): RawField => ({
    tag: 'F',
    bytes: rawTable(entries),
  }),
  array: (values: readonly RawField[]): RawField => ({
    tag: 'A',
    bytes: sized(Buffer.concat(values.flatMap(({ tag, bytes }) => [Buffer.from(tag, 'latin1'), bytes]))),
  }),
  /** Of a type with a fixed size. */
  fixed: (tag: string, bytes: Buffer): RawField => ({ tag, bytes }),
};

/** Tables in tables, or arrays in arrays, without recursion here. */
export function nested(levels: number, kind: 'table' | 'array'): RawField {
  // Size, then what begins the next level: for a table also an empty name.
  const opener = kind === 'table' ? 6 : 5;
  const bytes = Buffer.alloc(4 + (levels - 1) * opener);
  for (let level = 0; level < levels; level += 1) {
    const at = level * opener;
    bytes.writeUInt32BE(bytes.length - at - 4, at);
    if (level < levels - 1) bytes.write(kind === 'table' ? '\0F' : 'A', at + 4, 'latin1');
  }
  return { tag: kind === 'table' ? 'F' : 'A', bytes };
}

/** The properties of AMQP 0-9-1, in the order of their flags. */
const propertyOrder = [
  'contentType',
  'contentEncoding',
  'headers',
  'deliveryMode',
  'priority',
  'correlationId',
  'replyTo',
  'expiration',
  'messageId',
  'timestamp',
  'type',
  'userId',
  'appId',
] as const;

/** Encoded values: short strings with their length, tables with their size, numbers as they are. */
export type RawProperties = Partial<Record<(typeof propertyOrder)[number], Buffer>>;

export interface RawMessage {
  readonly properties: RawProperties;
  readonly body: Buffer;
}

const frame = (type: number, channel: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.of(0xce)]);
};

const bodyFrameBytes = 120_000;

function frames(channel: number, exchange: string, routingKey: string, message: RawMessage): Buffer {
  const publish = Buffer.concat([
    // Basic.Publish, and a reserved field.
    Buffer.of(0, 60, 0, 40, 0, 0),
    shortString(Buffer.from(exchange)),
    shortString(Buffer.from(routingKey)),
    Buffer.of(0),
  ]);
  const head = Buffer.alloc(14);
  head.writeUInt16BE(60, 0);
  head.writeBigUInt64BE(BigInt(message.body.length), 4);
  const given = propertyOrder.filter((name) => message.properties[name] !== undefined);
  head.writeUInt16BE(
    given.reduce((flags, name) => flags | (1 << (15 - propertyOrder.indexOf(name))), 0),
    12,
  );
  const header = Buffer.concat([head, ...given.map((name) => message.properties[name] ?? Buffer.alloc(0))]);
  const bodies: Buffer[] = [];
  for (let at = 0; at < message.body.length; at += bodyFrameBytes)
    bodies.push(frame(3, channel, message.body.subarray(at, at + bodyFrameBytes)));
  return Buffer.concat([frame(1, channel, publish), frame(2, channel, header), ...bodies]);
}

/**
 * Publishes bytes that no client library would write. False when the broker refuses them and ends the channel or the
 * connection: such a message cannot reach a queue.
 */
export async function publishRaw(
  model: ChannelModel,
  { exchange, routingKey }: { readonly exchange: string; readonly routingKey: string },
  message: RawMessage,
): Promise<boolean> {
  model.once('error', () => undefined);
  const channel = await model.createConfirmChannel();
  channel.on('error', () => undefined);
  const { stream } = model.connection as unknown as { readonly stream: Socket };
  const isConfirmed = await new Promise<boolean>((resolve) => {
    channel.once('ack', () => resolve(true));
    channel.once('close', () => resolve(false));
    stream.write(frames(numberOf(channel), exchange, routingKey, message));
  });
  if (isConfirmed) await channel.close();
  return isConfirmed;
}

const numberOf = (channel: Channel): number => (channel as unknown as { readonly ch: number }).ch;

import type { ChannelModel } from 'amqplib';

/** Set, to true, in place of all headers of a message whose headers could not be decoded. Anybody may set it as well. */
export const unreadableHeaders = 'x-unreadable-headers';

/** The part of amqplib's connection that reads frames. It is not part of its declared interface. */
interface FrameReader {
  /** What was received and not yet read. */
  rest: Buffer;
  recvFrame(): unknown;
}

const isFrameReader = (value: object): value is FrameReader =>
  'recvFrame' in value &&
  typeof value.recvFrame === 'function' &&
  'rest' in value &&
  Buffer.isBuffer(value.rest);

/**
 * amqplib decodes headers recursively and ends the connection when that fails. Tables that are nested thousands of levels
 * deep fit into a frame, pass the broker, and overflow the stack here: one message would end the connection of its consumer
 * after every delivery, and with it every other consumer on it. Such a message is delivered without its headers instead.
 */
export function keepHeadersReadable({ connection }: ChannelModel): void {
  if (!isFrameReader(connection)) throw new Error('This version of amqplib reads frames in another way.');
  const recvFrame = connection.recvFrame.bind(connection);
  let { rest } = connection;
  let before = rest;
  let isFrameTaken = false;
  Object.defineProperty(connection, 'rest', {
    get: () => rest,
    set: (value: Buffer) => {
      isFrameTaken = value.length < rest.length;
      before = rest;
      rest = value;
    },
  });
  connection.recvFrame = () => {
    isFrameTaken = false;
    try {
      return recvFrame();
    } catch (error) {
      // A frame that was taken out of what was received is decoded next: that is what failed.
      const replacement = isFrameTaken
        ? withoutHeaders(before.subarray(0, before.length - rest.length))
        : undefined;
      if (replacement === undefined) throw error;
      connection.rest = Buffer.concat([replacement, rest]);
      return recvFrame();
    }
  };
}

const headerFrame = 2;
const frameHeadBytes = 7;
/** Class, weight, size of the body. */
const contentHeadBytes = 12;
const flag = { contentType: 0x8000, contentEncoding: 0x4000, headers: 0x2000 };

const mark = Buffer.concat([
  Buffer.of(0, 0, 0, 3 + unreadableHeaders.length, unreadableHeaders.length),
  Buffer.from(unreadableHeaders),
  Buffer.from('t'),
  Buffer.of(1),
]);

/** The same frame with the mark for headers; undefined when it is no header frame, or has no headers. */
function withoutHeaders(frame: Buffer): Buffer | undefined {
  if (frame.readUInt8(0) !== headerFrame) return undefined;
  const flags = frame.readUInt16BE(frameHeadBytes + contentHeadBytes);
  if ((flags & flag.headers) === 0) return undefined;
  let at = frameHeadBytes + contentHeadBytes + 2;
  for (const property of [flag.contentType, flag.contentEncoding])
    if ((flags & property) !== 0) at += 1 + frame.readUInt8(at);
  const head = Buffer.from(frame.subarray(0, at));
  const tail = frame.subarray(at + 4 + frame.readUInt32BE(at));
  const replaced = Buffer.concat([head, mark, tail]);
  // Without the frame's own head and its end.
  replaced.writeUInt32BE(replaced.length - frameHeadBytes - 1, 3);
  return replaced;
}

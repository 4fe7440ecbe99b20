import type { ChannelModel } from 'amqplib';
import { keepHeadersReadable, unreadableHeaders } from './readable-headers';

const frame = (type: number, payload: Buffer): Buffer => {
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.of(0xce)]);
};

const contentHead = Buffer.from([0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
const property = (text: string): Buffer => Buffer.from(`${String.fromCharCode(text.length)}${text}`);
const headers = (bytes: string): Buffer =>
  Buffer.concat([Buffer.of(0, 0, 0, bytes.length), Buffer.from(bytes)]);

/** Takes frames as amqplib does, and cannot decode those with this text in them. */
const undecodable = 'nested';

function reader(received: Buffer) {
  const connection = {
    rest: received,
    recvFrame(): Buffer {
      const size = this.rest.readUInt32BE(3);
      if (this.rest.readUInt8(7 + size) !== 0xce) throw new Error('Invalid frame');
      const taken = this.rest.subarray(0, 8 + size);
      this.rest = this.rest.subarray(8 + size);
      if (taken.includes(undecodable)) throw new RangeError('Maximum call stack size exceeded');
      return taken;
    },
  };
  keepHeadersReadable({ connection } as unknown as ChannelModel);
  return connection;
}

const body = frame(3, Buffer.from('{}'));

it.each([
  ['alone', 0x2000, []],
  ['between other properties', 0x8000 | 0x4000 | 0x2000 | 0x0020, [property('text'), property('gzip')]],
])('delivers a message without its headers when they cannot be decoded, %s', (_where, flags, before) => {
  const after = flags === 0x2000 ? [] : [property('a.type')];
  const flagBytes = Buffer.of(flags >> 8, flags & 0xff);
  const header = (table: Buffer) =>
    frame(2, Buffer.concat([contentHead, flagBytes, ...before, table, ...after]));
  const connection = reader(Buffer.concat([header(headers(undecodable)), body]));
  const mark = headers(`${String.fromCharCode(unreadableHeaders.length)}${unreadableHeaders}t\u0001`);
  expect(connection.recvFrame()).toEqual(header(mark));
  expect(connection.recvFrame()).toEqual(body);
});

it('ends the connection on frames that are broken, and on a message without headers that cannot be decoded', () => {
  const good = frame(2, Buffer.concat([contentHead, Buffer.of(0x20, 0), headers('')]));
  const broken = reader(Buffer.concat([good, Buffer.alloc(20)]));
  expect(broken.recvFrame()).toEqual(good);
  expect(() => broken.recvFrame()).toThrow('Invalid frame');
  const headless = reader(frame(2, Buffer.concat([contentHead, Buffer.of(0, 0x20), property(undecodable)])));
  expect(() => headless.recvFrame()).toThrow(RangeError);
  const method = reader(frame(1, Buffer.from(undecodable)));
  expect(() => method.recvFrame()).toThrow(RangeError);
});

it('refuses an amqplib that reads frames in another way, rather than let a message end its connection', () => {
  expect(() => keepHeadersReadable({ connection: {} } as unknown as ChannelModel)).toThrow('another way');
});

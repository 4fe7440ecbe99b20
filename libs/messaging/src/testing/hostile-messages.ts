import fc from 'fast-check';
import { headerNames } from '../headers';
import {
  field,
  nested,
  rawTable,
  shortString,
  type RawField,
  type RawMessage,
  type RawProperties,
} from './raw-publisher';

const bytes = (maxLength: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength, size: 'max' }).map((array) => Buffer.from(array));

/** Levels of tables that overflow the stack of amqplib's decoder. */
export const deeperThanTheStack = 5_000;

/** 255 bytes that become 765 when they are decoded as UTF-8 and encoded again. */
export const notUtf8 = Buffer.alloc(255, 0xff);

const texts = fc.oneof(
  bytes(255),
  fc.constantFrom(
    notUtf8,
    Buffer.from('\0'.repeat(200)),
    Buffer.from('\ufffd'.repeat(85)),
    Buffer.from(`${'x'.repeat(253)}é`),
    Buffer.from('😀'.repeat(63)),
    Buffer.alloc(0),
  ),
);

const number = (size: number): fc.Arbitrary<Buffer> =>
  fc
    .oneof(
      fc.uint8Array({ minLength: size, maxLength: size }),
      fc.constantFrom(0, 0x7f, 0xff).map((byte) => new Uint8Array(size).fill(byte)),
    )
    .map((array) => Buffer.from(array));

const scalar: fc.Arbitrary<RawField> = fc.oneof(
  texts.map(field.string),
  bytes(300).map(field.binary),
  fc.constant(field.fixed('V', Buffer.alloc(0))),
  ...(
    [
      ['t', 1],
      ['b', 1],
      ['B', 1],
      ['s', 2],
      ['u', 2],
      ['I', 4],
      ['i', 4],
      ['l', 8],
      ['d', 8],
      ['f', 4],
      ['T', 8],
      ['D', 5],
    ] as const
  ).map(([tag, size]) => number(size).map((value) => field.fixed(tag, value))),
);

const { value } = fc.letrec<{ value: RawField }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }).map(field.array),
    fc.array(fc.tuple(texts, tie('value')), { maxLength: 4 }).map(field.table),
  ),
}));

/** Some deeper than a recursive decoder's stack. A frame holds four times more, which takes the broker many seconds. */
const deep = fc
  .tuple(
    fc.constantFrom(10, 100, 500, deeperThanTheStack),
    fc.constantFrom('table' as const, 'array' as const),
  )
  .map(([levels, kind]) => nested(levels, kind));

const known = [...Object.values(headerNames), 'traceparent', 'tracestate', 'baggage', 'x-death', 'x-delay'];
const names = fc.oneof(
  texts,
  fc
    .constantFrom(...known, '__proto__', 'constructor', 'hasOwnProperty', 'toString', '!', 'value')
    .map((name) => Buffer.from(name)),
);

const named = (name: string, of: RawField): readonly [Buffer, RawField] => [Buffer.from(name), of];
const forgedDeath: fc.Arbitrary<readonly [Buffer, RawField]> = fc
  .tuple(value, value, value)
  .map(([queue, reason, time]) =>
    named(
      'x-death',
      field.array([field.table([named('queue', queue), named('reason', reason), named('time', time)])]),
    ),
  );

const headers: fc.Arbitrary<Buffer> = fc
  .oneof(
    { weight: 4, arbitrary: fc.array(fc.tuple(names, value), { maxLength: 6 }) },
    { weight: 1, arbitrary: fc.tuple(forgedDeath) },
    { weight: 2, arbitrary: fc.tuple(fc.tuple(names, deep)) },
    {
      weight: 1,
      arbitrary: fc
        .integer({ min: 1, max: 400 })
        .map((count) =>
          Array.from({ length: count }, (_, index) => named(`x-${index}`, field.string(notUtf8))),
        ),
    },
  )
  .map(rawTable);

const optional = (encoded: fc.Arbitrary<Buffer>) => fc.option(encoded, { nil: undefined });

export interface HostileOptions {
  /** Types that a handler is registered for. */
  readonly types: readonly string[];
  /** A body of more bytes is above the limit. */
  readonly limitBytes: number;
}

const bodies = ({ limitBytes }: HostileOptions): fc.Arbitrary<Buffer> =>
  fc.oneof(
    { weight: 15, arbitrary: bytes(50) },
    { weight: 15, arbitrary: fc.json().map((json) => Buffer.from(json)) },
    {
      weight: 8,
      arbitrary: fc
        .constantFrom('[', '{"a":', '[]', '"\\ud800"', '{"__proto__":{"kind":"ack"}}', '\0')
        .map((part) => Buffer.from(part.repeat(100_000))),
    },
    { weight: 5, arbitrary: fc.constantFrom(1, 1000).map((more) => Buffer.alloc(limitBytes + more, 0x20)) },
  );

/** A counterexample is found again by its seed and path; its bytes tell nothing, and are many. */
const summarized = (message: RawMessage): RawMessage =>
  Object.assign(message, {
    [fc.toStringMethod]: () =>
      `${Object.entries(message.properties)
        .map(([name, encoded]) => `${name}: ${encoded.length} bytes`)
        .join(', ')}, body: ${message.body.length} bytes`,
  });

/** What a sender publishes who knows the protocol and attacks the consumer. */
export const hostileMessage = (options: HostileOptions): fc.Arbitrary<RawMessage> =>
  fc
    .record({
      properties: fc
        .record({
          contentType: optional(texts.map(shortString)),
          contentEncoding: optional(texts.map(shortString)),
          headers: optional(headers),
          deliveryMode: optional(number(1)),
          priority: optional(number(1)),
          correlationId: optional(texts.map(shortString)),
          messageId: optional(texts.map(shortString)),
          timestamp: optional(number(8)),
          type: optional(
            fc
              .oneof(
                texts,
                fc.constantFrom(...options.types).map((type) => Buffer.from(type)),
              )
              .map(shortString),
          ),
          appId: optional(texts.map(shortString)),
        })
        .map(
          (properties) =>
            Object.fromEntries(
              Object.entries(properties).filter(([, encoded]) => encoded !== undefined),
            ) as RawProperties,
        ),
      body: bodies(options),
    })
    .map(summarized);

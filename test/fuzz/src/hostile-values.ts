import fc from 'fast-check';

/** Texts that have broken an API somewhere: encodings, other languages' syntax, other fields' formats. */
const texts: readonly string[] = [
  '',
  ' ',
  '\0',
  'a\0b',
  '\ud800',
  '\udfff\ud800',
  'a\ud83d',
  '\u0001\u001b[31m\u007f',
  '\ufeff',
  '\ufffe\uffff',
  '\u202eabc',
  'e\u0301'.repeat(50),
  '👩‍👩‍👧‍👦',
  '\u2028\u2029',
  '\r\nx-injected: 1',
  "'; DROP TABLE requests; --",
  "' OR 1=1",
  '$1',
  '%',
  '_',
  '\\',
  '../../../etc/passwd',
  'file:///etc/passwd',
  '--upload-pack=touch /tmp/x',
  '-',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '${jndi:ldap://x}',
  'null',
  'undefined',
  'NaN',
  'true',
  '__proto__',
  'constructor',
  'toString',
  '-1',
  '0x10',
  '1e400',
  '9223372036854775808',
  '2147483648',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '01936D00-0000-7000-8000-000000000001',
  `sha256:${'0'.repeat(64)}`,
  'svc-gateway',
  'garbage',
  'WzEsInJlcXVlc3RzIiwiYSJd',
  'bnVsbA',
];

/** Within the maximum length of a request with all its parts. */
const long = fc.integer({ min: 250, max: 30_000 }).map((length) => 'x'.repeat(length));

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...texts) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  { weight: 1, arbitrary: long },
);

const hostileNumber: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, -0, -1, 1.5, 2 ** 31, -(2 ** 31) - 1, 2 ** 53, -(2 ** 53), 1e21, 1e308, 5e-324),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);

const nested = fc.integer({ min: 1, max: 40 }).map((depth): unknown => {
  let value: unknown = 'end';
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
});

/** A value of any type, to be sent where another type is expected. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: hostileText },
  { weight: 3, arbitrary: hostileNumber },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false, [], {}, [[]], { '': '' }, { '\0': 1 }) },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: fc.array(hostileText, { maxLength: 5 }) },
);

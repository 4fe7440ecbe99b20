import { maxAgentBodyBytes, parseUntrustedJson } from './json-body';

const codeOf = (body: Buffer): string => {
  const read = parseUntrustedJson(body);
  return read.ok ? 'ok' : read.error.code;
};
const nested = (depth: number): Buffer => Buffer.from('['.repeat(depth) + ']'.repeat(depth));

it.each([
  ['an object', Buffer.from('{"a": [1, "x"]}'), 'ok'],
  ['brackets inside of a string', Buffer.from(JSON.stringify('['.repeat(500))), 'ok'],
  ['an escaped quote before brackets', Buffer.from(JSON.stringify(`"${'['.repeat(500)}`)), 'ok'],
  ['64 levels', nested(64), 'ok'],
  ['65 levels', nested(65), 'too_deep'],
  ['a million brackets', nested(500_000), 'too_deep'],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'invalid_utf8'],
  ['half a message', Buffer.from('{"a":'), 'invalid_json'],
  ['nothing', Buffer.alloc(0), 'invalid_json'],
  ['one byte too much', Buffer.alloc(maxAgentBodyBytes + 1, 0x20), 'message_too_large'],
])('reads %s as it should', (_name, body, code) => {
  expect(codeOf(body)).toBe(code);
});

import { isUtf8 } from 'node:buffer';
import { failure, FailureException } from '@ymera/kernel';
import type { FastifyInstance } from 'fastify';

/** Levels of arrays and objects; deeper JSON is refused before it is parsed. */
const maxJsonDepth = 32;

const [quote, backslash] = [0x22, 0x5c];
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/** Whether arrays and objects nest deeper than `limit`. Looks at brackets outside of strings only; the text need not be valid. */
export function isDeeperThan(limit: number, json: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const unit = json.charCodeAt(index);
    if (inString) {
      if (unit === backslash) index += 1;
      else if (unit === quote) inString = false;
    } else if (unit === quote) inString = true;
    else if (opening.has(unit)) {
      depth += 1;
      if (depth > limit) return true;
    } else if (closing.has(unit)) depth -= 1;
  }
  return false;
}

const tooDeep = failure('validation', 'json_too_deep', `JSON may nest at most ${maxJsonDepth} levels.`);
const notUtf8 = failure('validation', 'malformed_json', 'The body is not UTF-8.');
const notJson = failure('validation', 'malformed_json', 'The body is not valid JSON, or names "__proto__".');

/** JSON only, in UTF-8; `__proto__` and `constructor.prototype` members are refused. */
export function acceptJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser(
    /^application\/json(?:\s*;\s*charset=(?:"utf-8"|utf-8))?$/i,
    { parseAs: 'buffer' },
    (request, bytes: Buffer, done) => {
      if (!isUtf8(bytes)) return done(new FailureException(notUtf8));
      const body = bytes.toString();
      if (isDeeperThan(maxJsonDepth, body)) return done(new FailureException(tooDeep));
      // An empty body with the content type set is what some clients send with a POST without one.
      if (body === '') return done(null, undefined);
      return parse(request, body, (error, value) => {
        if (error) done(new FailureException(notJson, { cause: error }));
        else done(null, value);
      });
    },
  );
}

/** `application/x-www-form-urlencoded`, flat; for callbacks that cannot speak JSON. The last of equal names wins. */
export function acceptForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body: string, done) => done(null, Object.fromEntries(new URLSearchParams(body))),
  );
}

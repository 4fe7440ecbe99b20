import { isUtf8 } from 'node:buffer';
import { failure, FailureException, isJsonDeeperThan } from '@ymera/kernel';
import type { FastifyInstance } from 'fastify';

/** Levels of arrays and objects; deeper JSON is refused before it is parsed. */
const maxJsonDepth = 32;

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
      if (isJsonDeeperThan(maxJsonDepth, bytes)) return done(new FailureException(tooDeep));
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

import type { FastifyInstance } from 'fastify';

/** For an API that no page may frame, sniff or cache; a handler may override them for its own answer. */
const defaults = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;

export function addSecurityHeaders(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(defaults);
    done();
  });
}

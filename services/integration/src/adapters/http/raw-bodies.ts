import type { FastifyInstance } from 'fastify';

/** Passes bodies to handlers as streams, unread and unlimited: the handlers enforce the limits. */
export function acceptRawBodies(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(
    [
      'application/x-git-upload-pack-request',
      // No handler reads it: a push gets the error read_only rather than one about its content type.
      'application/x-git-receive-pack-request',
      'application/octet-stream',
    ],
    (_request, payload, done) => done(null, payload),
  );
}

import type { FastifyInstance } from 'fastify';

/** Bodies that are handed to handlers as streams, unread and unlimited: the handlers bound them. */
export function acceptRawBodies(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(
    [
      'application/x-git-upload-pack-request',
      // Read by nobody: a push is refused by name rather than for its content type.
      'application/x-git-receive-pack-request',
      'application/octet-stream',
    ],
    (_request, payload, done) => done(null, payload),
  );
}

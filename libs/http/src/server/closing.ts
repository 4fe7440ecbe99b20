import type { FastifyInstance } from 'fastify';

/**
 * A stop waits for requests, never for clients: requests in progress are answered on a connection that then closes, and
 * after the last one, idle connections are closed.
 */
export function closeConnectionsWhileStopping(fastify: FastifyInstance): void {
  let isStopping = false;
  let underWay = 0;
  const closeIfDone = (): void => {
    if (isStopping && underWay === 0) fastify.server.closeAllConnections();
  };

  fastify.addHook('onRequest', (_request, reply, done) => {
    underWay += 1;
    reply.raw.once('close', () => {
      underWay -= 1;
      closeIfDone();
    });
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('preClose', (done) => {
    isStopping = true;
    closeIfDone();
    done();
  });
}

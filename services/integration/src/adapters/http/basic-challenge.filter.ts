import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { failureToProblem } from '@ymera/http';
import { FailureException } from '@ymera/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Status codes that are more specific than the kind of failure. */
const statuses: Readonly<Record<string, number>> = { artefact_too_large: 413 };

/** Errors of the routes for git and curl: these clients retry with a password only after a `Basic` challenge. */
@Catch(FailureException)
export class BasicChallengeFilter implements ExceptionFilter<FailureException> {
  catch({ failure }: FailureException, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const status = statuses[failure.code];
    const problem = failureToProblem(failure, {
      instance: http.getRequest<FastifyRequest>().url.split('?', 1)[0],
      ...(status === undefined ? {} : { status }),
    });
    void reply
      .status(problem.status)
      .headers({
        'content-type': 'application/problem+json; charset=utf-8',
        'cache-control': 'no-store',
        // The rest of the request body is not read.
        connection: 'close',
        ...(failure.kind === 'unauthenticated' ? { 'www-authenticate': 'Basic realm="ymera"' } : {}),
      })
      .send(JSON.stringify(problem));
  }
}

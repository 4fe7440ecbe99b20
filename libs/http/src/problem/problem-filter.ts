import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { failureOf, FailureException, type Failure, type Logger } from '@ymera/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DeclaredMethods } from '../server/declared-methods';
import { traceOf } from '../server/trace-hooks';
import { failureToProblem } from './problem';
import { methodNotAllowed, serverRefusal } from './server-refusals';

interface Refusal {
  readonly failure: Failure;
  readonly status?: number;
}

function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof FailureException) return { failure: thrown.failure };
  const status =
    thrown instanceof HttpException
      ? thrown.getStatus()
      : thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number'
        ? thrown.statusCode
        : 500;
  const known = serverRefusal(status);
  if (known) return { failure: known, status };
  return { failure: failureOf(thrown) };
}

export function problemHeaders({ kind, details }: Failure): Readonly<Record<string, string>> {
  const retryAfter = details?.['retry_after_s'];
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    ...(kind === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {}),
  };
}

/**
 * Turns every thrown error into problem+json, here and only here, also errors before a handler is reached (malformed
 * JSON, unknown route). An unexpected error is logged with its cause.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly methods: Pick<DeclaredMethods, 'at'>,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const path = request.url.split('?', 1)[0] ?? '';
    const given = refusalOf(thrown);
    const allowed = given.failure.code === 'route_not_found' ? this.methods.at(path) : [];
    // A handler of this method may itself answer 404.
    const isWrongMethod = allowed.length > 0 && !allowed.includes(request.method);
    const refusal = isWrongMethod ? { failure: methodNotAllowed(allowed), status: 405 } : given;
    if (isWrongMethod) void reply.header('allow', allowed.join(', '));
    if (refusal.failure.kind === 'internal')
      this.logger.error('request failed', { error: thrown, method: request.method, path });
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const problem = failureToProblem(refusal.failure, {
      traceId: traceOf(request)?.traceId,
      instance: path.slice(0, 500),
      status: refusal.status,
    });
    void reply.status(problem.status).headers(problemHeaders(refusal.failure)).send(JSON.stringify(problem));
  }
}

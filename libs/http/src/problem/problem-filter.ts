import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { failure, failureOf, FailureException, type Failure, type Logger } from '@ymera/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { traceOf } from '../server/trace-hooks';
import { failureToProblem } from './problem';

interface Refusal {
  readonly failure: Failure;
  readonly status?: number;
}

/** What the HTTP server itself refuses, by its status; its messages may name internals, so they are not passed on. */
const serverRefusals: Readonly<Record<number, Failure>> = {
  400: failure('validation', 'malformed_request', 'The request could not be read.'),
  404: failure('not_found', 'route_not_found', 'There is nothing at this address.'),
  408: failure('timeout', 'request_timeout', 'The request took too long to arrive.'),
  413: failure('validation', 'body_too_large', 'The body is larger than the limit.'),
  415: failure('validation', 'unsupported_media_type', 'The body must be application/json in UTF-8.'),
  431: failure('validation', 'headers_too_large', 'The headers are larger than the limit.'),
};

function refusalOf(thrown: unknown): Refusal {
  if (thrown instanceof FailureException) return { failure: thrown.failure };
  const status =
    thrown instanceof HttpException
      ? thrown.getStatus()
      : thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number'
        ? thrown.statusCode
        : 500;
  const known = serverRefusals[status];
  if (known) return { failure: known, status };
  if (status >= 400 && status < 500 && status !== 401 && status !== 403)
    return { failure: failure('validation', 'malformed_request', 'The request could not be read.'), status };
  return { failure: failureOf(thrown) };
}

function headersOf({ kind, details }: Failure): Readonly<Record<string, string>> {
  const retryAfter = details?.['retry_after_s'];
  return {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    ...(kind === 'unauthenticated' ? { 'www-authenticate': 'Bearer' } : {}),
    ...(typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {}),
  };
}

/**
 * Everything thrown becomes problem+json here, and only here, also what fails before a handler is reached (malformed
 * JSON, no such route). What nobody expected is logged with its cause.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const refusal = refusalOf(thrown);
    const path = request.url.split('?', 1)[0] ?? '';
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
    void reply.status(problem.status).headers(headersOf(refusal.failure)).send(JSON.stringify(problem));
  }
}

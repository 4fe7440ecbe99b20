import type { Problem } from '@ymera/contracts';
import { assertNever, type ErrorKind, type Failure } from '@ymera/kernel';
import { z } from 'zod';

export function statusOf(kind: ErrorKind): number {
  switch (kind) {
    case 'validation':
      return 400;
    case 'unauthenticated':
      return 401;
    case 'forbidden':
      return 403;
    case 'not_found':
      return 404;
    case 'conflict':
    case 'illegal_state':
      return 409;
    case 'rate_limited':
      return 429;
    case 'unavailable':
      return 503;
    case 'timeout':
      return 504;
    case 'internal':
      return 500;
    default:
      return assertNever(kind);
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Authentication is required',
  403: 'Not allowed',
  404: 'Not found',
  405: 'The method is not supported here',
  408: 'The request took too long to arrive',
  409: 'Conflict with the current state',
  413: 'The body is too large',
  414: 'The path is too long',
  415: 'The content type is not supported',
  429: 'Too many requests',
  431: 'The headers are too large',
  500: 'Unexpected error',
  503: 'Not available at the moment',
  504: 'No answer in time',
};

const fieldErrors = z.array(z.object({ path: z.string(), message: z.string() })).max(100);

export interface ProblemContext {
  readonly traceId?: string | undefined;
  /** Path of the request, without its query. */
  readonly instance?: string | undefined;
  /** Where HTTP is finer than the kinds: 405, 408, 413, 414, 415, 431. */
  readonly status?: number | undefined;
}

/** RFC 9457. Of `details` only `errors`, the faults of single fields, is sent to the caller. */
export function failureToProblem(failure: Failure, context: ProblemContext = {}): Problem {
  const status = context.status ?? statusOf(failure.kind);
  const errors = fieldErrors.safeParse(failure.details?.['errors']);
  return {
    type: `urn:ymera:problem:${failure.code}`,
    title: titles[status] ?? 'The request failed',
    status,
    detail: failure.message,
    ...(context.instance ? { instance: context.instance } : {}),
    code: failure.code,
    retryable: failure.retryable,
    ...(failure.suggestion ? { suggestion: failure.suggestion } : {}),
    ...(context.traceId ? { trace_id: context.traceId } : {}),
    ...(errors.success ? { errors: errors.data } : {}),
  };
}

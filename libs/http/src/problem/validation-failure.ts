import { failure, type Failure } from '@ymera/kernel';
import type { z } from 'zod';

const maxErrors = 100;

/** `path` begins with the part of the request: `body.capabilities.0`, `query.limit`. */
export function validationFailure(problems: readonly { part: string; error: z.ZodError }[]): Failure {
  const errors = problems
    .flatMap(({ part, error }) =>
      error.issues.map((issue) => ({
        path: [part, ...issue.path.map(String)].join('.').slice(0, 300),
        message: issue.message.slice(0, 500),
      })),
    )
    .slice(0, maxErrors);
  const first = errors[0];
  return failure(
    'validation',
    'invalid_request',
    first ? `${first.path}: ${first.message}` : 'The request is not valid.',
    {
      details: { errors },
    },
  );
}

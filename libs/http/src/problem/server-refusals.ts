import { failure, type Failure } from '@ymera/kernel';

/**
 * Refusals of the HTTP server itself, by status; the server's own messages may name internals, so they are not passed
 * on.
 */
const byStatus: Readonly<Record<number, Failure>> = {
  400: failure('validation', 'malformed_request', 'The request could not be read.', {
    suggestion: 'Send well-formed HTTP/1.1; percent escapes in the address are UTF-8.',
  }),
  404: failure('not_found', 'route_not_found', 'This address does not exist.', {
    suggestion: 'GET /openapi.json lists the addresses.',
  }),
  408: failure('timeout', 'request_timeout', 'The request took too long to arrive.'),
  413: failure('validation', 'body_too_large', 'The body is larger than the limit.'),
  414: failure('validation', 'path_too_long', 'A part of the path is longer than any id.'),
  415: failure('validation', 'unsupported_media_type', 'The body must be application/json in UTF-8.', {
    suggestion: 'Send "Content-Type: application/json".',
  }),
  431: failure('validation', 'headers_too_large', 'The headers are larger than the limit.'),
};

/** The failure for a status of 4xx that the server chose; undefined for any other status. */
export function serverRefusal(status: number): Failure | undefined {
  const known = byStatus[status];
  if (known) return known;
  // The guard decides 401 and 403.
  if (status < 400 || status >= 500 || status === 401 || status === 403) return undefined;
  return failure('validation', 'malformed_request', 'The request could not be read.');
}

export const methodNotAllowed = (allowed: readonly string[]): Failure =>
  failure('validation', 'method_not_allowed', `This address answers ${allowed.join(', ')} only.`);

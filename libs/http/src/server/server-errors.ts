import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { failureOf } from '@ymera/kernel';
import { failureToProblem } from '../problem/problem';
import { problemHeaders } from '../problem/problem-filter';
import { serverRefusal } from '../problem/server-refusals';

/** The part of the response that is used, for either kind of server. */
interface RawResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}

/**
 * The router refuses before any hook or filter runs: an address that cannot be decoded, or a segment that is too long.
 */
export function answerFrameworkError(
  error: { readonly statusCode?: number | undefined },
  request: { readonly url: string },
  { raw }: { readonly raw: RawResponse },
): void {
  const refused = serverRefusal(error.statusCode ?? 500) ?? failureOf(error);
  const problem = failureToProblem(refused, {
    status: error.statusCode,
    instance: request.url.split('?', 1)[0]?.slice(0, 500),
  });
  raw.statusCode = problem.status;
  for (const [name, value] of Object.entries(problemHeaders(refused))) raw.setHeader(name, value);
  raw.end(JSON.stringify(problem));
}

const statusOf = (code: string | undefined): number => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
};

/** Data that is not HTTP is answered on the socket: there is no request yet. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const status = statusOf(error.code);
    const refused = serverRefusal(status) ?? failureOf(error);
    const body = JSON.stringify(failureToProblem(refused, { status }));
    const headers = {
      ...problemHeaders(refused),
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  }
  socket.destroy(error);
}

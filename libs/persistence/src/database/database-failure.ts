import { failure, FailureException } from '@ymera/kernel';

/** The common fields of errors of pg, TypeORM (which copies pg's) and Node's sockets. */
interface Coded {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
}

/** SQLSTATE, or Node's code of a broken socket; of the error or of what caused it. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, cause } = error as Coded;
  return typeof code === 'string' ? code : codeOf(cause);
}

/** The transaction lost a race and may succeed when repeated: serialization failure, deadlock. */
export const isContention = (error: unknown): boolean =>
  !(error instanceof FailureException) && ['40001', '40P01'].includes(codeOf(error) ?? '');

/** Lock not available, statement canceled by its timeout. */
const timeouts: ReadonlySet<string> = new Set(['55P03', '57014']);

/**
 * Connection exceptions (08), insufficient resources (53), shutdown and start-up (57P01-57P05), sessions ended by a
 * timeout (25P03, 25P04), and a primary that became a standby (25006).
 */
const unavailable =
  /^(08...|53...|57P0[1-5]|25P0[34]|25006|ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|ENOTFOUND)$/;

const isMessage = (error: unknown, pattern: RegExp): boolean => {
  const { message } = (error ?? {}) as Coded;
  return typeof message === 'string' && pattern.test(message);
};

/** The server has sent nothing, not even that the statement took too long. The connection is unusable. */
export const isUnanswered = (error: unknown): boolean => isMessage(error, /^Query read timeout$/);

/** pg gives these no code: a socket that closed during a query, and a pool without a free connection in time. */
const unavailableMessage =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Cannot use a pool after calling end)/;

export function isUnavailable(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && unavailable.test(code)) return true;
  return isUnanswered(error) || isMessage(error, unavailableMessage);
}

/** Text with NUL, or with characters that the encoding lacks (22021); a JSON escape of the same (22P05). */
const unstorable: ReadonlySet<string> = new Set(['22021', '22P05']);

/**
 * Transient conditions of the database become retryable failures, and text that cannot be stored a failure that is not
 * retried. Every other error is returned unchanged, because only the statement's author knows what a violated
 * constraint means.
 */
export function asFailure(error: unknown): unknown {
  if (error instanceof FailureException) return error;
  const cause = { cause: error };
  if (isUnavailable(error))
    return new FailureException(
      failure('unavailable', 'database_unavailable', 'The database does not answer.'),
      cause,
    );
  if (timeouts.has(codeOf(error) ?? ''))
    return new FailureException(
      failure('timeout', 'database_timeout', 'The database did not finish in time. Repeat the call later.'),
      cause,
    );
  if (isContention(error))
    return new FailureException(
      failure('conflict', 'transaction_contention', 'Other work kept changing the same data.', {
        retryable: true,
      }),
      cause,
    );
  if (unstorable.has(codeOf(error) ?? ''))
    return new FailureException(
      failure(
        'validation',
        'text_invalid',
        'The text contains a character that cannot be stored, such as NUL. Remove it.',
      ),
      cause,
    );
  return error;
}

/** The closed set of kinds that decides how a failure leaves the system: HTTP status, or ack / retry / dead letter. */
export const errorKinds = [
  'validation',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'illegal_state',
  'rate_limited',
  'unavailable',
  'timeout',
  'internal',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** The one shape of an error, also on the wire: `{code, message, retryable, suggestion}` (kind stays inside). */
export interface Failure {
  readonly kind: ErrorKind;
  /** Stable, machine-readable, snake_case. */
  readonly code: string;
  /** One sentence for a person; never holds secrets or internals. */
  readonly message: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** What the reader can do about it. */
  readonly suggestion?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Kinds of a transient condition rather than a wrong request. */
const passingKinds: ReadonlySet<ErrorKind> = new Set(['rate_limited', 'unavailable', 'timeout']);

export function failure(
  kind: ErrorKind,
  code: string,
  message: string,
  extra: Pick<Failure, 'suggestion' | 'details'> & { readonly retryable?: boolean } = {},
): Failure {
  return { kind, code, message, retryable: passingKinds.has(kind), ...extra };
}

/** What a store rejects with when a row is not of the version that was read. */
export const versionConflict = failure(
  'conflict',
  'version_conflict',
  'This was changed by another call at the same time.',
  { retryable: true },
);

/** Carries a failure across a boundary that only knows exceptions (a transaction that must roll back, a Nest guard). */
export class FailureException extends Error {
  override readonly name = 'FailureException';

  constructor(
    readonly failure: Failure,
    options?: ErrorOptions,
  ) {
    super(`${failure.code}: ${failure.message}`, options);
  }
}

/**
 * The failure inside any caught error. An unknown exception becomes `internal` without its message, so that callers see
 * no internals; the log keeps the cause.
 */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof FailureException) return thrown.failure;
  return failure('internal', 'internal', 'An unexpected error occurred.');
}

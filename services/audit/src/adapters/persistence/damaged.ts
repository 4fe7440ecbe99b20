import { failure, FailureException } from '@ymera/kernel';

/** Nothing is added to a log that is not whole. Retryable, so that facts wait in their queue instead of going dead. */
export const damaged = (what: string): FailureException =>
  new FailureException(
    failure('unavailable', 'audit_log_damaged', `The audit log is damaged: ${what}.`, { retryable: true }),
  );

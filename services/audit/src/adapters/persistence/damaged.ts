import { failure, FailureException } from '@ymera/kernel';

/** Nothing is appended to a damaged log. Retryable, so that events stay in their queue instead of being dead-lettered. */
export const damaged = (what: string): FailureException =>
  new FailureException(
    failure('unavailable', 'audit_log_damaged', `The audit log is damaged: ${what}.`, { retryable: true }),
  );

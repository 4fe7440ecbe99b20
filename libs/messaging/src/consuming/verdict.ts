import { backoffMs, FailureException, type BackoffPolicy, type Failure } from '@ymera/kernel';
import { dead, retry, type Disposition } from '../disposition';

export interface RetryPolicy extends BackoffPolicy {
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
}

/** `pause`: not the message's fault; it stays where it is until the condition has passed. */
export type Verdict = Disposition | { readonly kind: 'pause'; readonly reason: string };

/**
 * The next attempt is likely to win, so a message does not wait long for it; with more attempts it still has about as
 * long as any other message before it is dead-lettered.
 */
const races = { maxMs: 5_000, timesAsManyTries: 4 };

const isLostRace = ({ kind }: Failure): boolean => kind === 'timeout' || kind === 'conflict';

const describe = (thrown: unknown): string =>
  thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'a value that is not an error was thrown';

/** The consequence of a handler's exception for its message. */
export function verdictOf(thrown: unknown, attempts: number, policy: RetryPolicy): Verdict {
  if (thrown instanceof FailureException) {
    const { kind, code, message, retryable } = thrown.failure;
    if (kind === 'unavailable' && retryable) return { kind: 'pause', reason: message };
    if (!retryable) return dead(code, message);
    if (isLostRace(thrown.failure))
      return {
        ...retry(Math.min(races.maxMs, backoffMs(attempts, policy)), describe(thrown)),
        maxAttempts: policy.maxAttempts * races.timesAsManyTries,
      };
  }
  return retry(backoffMs(attempts, policy), describe(thrown));
}

/** Limits a handler's retries: a message that is never done is dead-lettered. */
export function bounded(
  disposition: Disposition,
  attempts: number,
  { maxAttempts }: RetryPolicy,
): Disposition {
  if (disposition.kind !== 'retry' || attempts < (disposition.maxAttempts ?? maxAttempts)) return disposition;
  return dead('attempts_exhausted', `after ${attempts} attempts: ${disposition.reason}`);
}

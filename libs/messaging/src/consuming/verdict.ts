import { backoffMs, FailureException, type BackoffPolicy, type Failure } from '@ymera/kernel';
import { dead, retry, type Disposition } from '../disposition';

export interface RetryPolicy extends BackoffPolicy {
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
}

/** `pause`: not the message's fault; it stays where it is until the condition has passed. */
export type Verdict = Disposition | { readonly kind: 'pause'; readonly reason: string };

/**
 * Another try may well be the one that wins, so a message does not wait out a long pause for it; with more tries it still
 * has about as long as any other message before it goes dead.
 */
const races = { maxMs: 5_000, timesAsManyTries: 4 };

const isLostRace = ({ kind }: Failure): boolean => kind === 'timeout' || kind === 'conflict';

const describe = (thrown: unknown): string =>
  thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'a value that is not an error was thrown';

/** What an exception of a handler means for its message. */
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

/** Bounds what a handler asks for: a message that is never done goes dead. */
export function bounded(
  disposition: Disposition,
  attempts: number,
  { maxAttempts }: RetryPolicy,
): Disposition {
  if (disposition.kind !== 'retry' || attempts < (disposition.maxAttempts ?? maxAttempts)) return disposition;
  return dead('attempts_exhausted', `after ${attempts} attempts: ${disposition.reason}`);
}

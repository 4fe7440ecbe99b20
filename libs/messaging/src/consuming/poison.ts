import { FailureException, sha256Hex, type Logger } from '@ymera/kernel';
import { metrics } from '../metrics';
import type { Delivery } from './session';

/** Failures in a row after which one that says nothing of its cause is the message's own; about 6 s with their backoff. */
const maxUnexplainedFailures = 6;

/**
 * Whether trying again is of no use because of the message itself, not because something is away. What is away is waited
 * for without a bound. A broker that takes a message and ends the channel before it confirms may do so for any reason,
 * and so may a store that throws something unknown: these get a few attempts.
 */
export function isPoison(error: unknown, failures: number): boolean {
  if (!(error instanceof FailureException)) return failures >= maxUnexplainedFailures;
  const { kind, code } = error.failure;
  return kind === 'validation' || (code === 'publish_unconfirmed' && failures >= maxUnexplainedFailures);
}

/**
 * A message that can neither be handled nor published as a dead letter because of what it is. Trying again would hold its
 * place in the prefetch for ever, and as many of them as the prefetch stop the queue for everyone. So it is rejected (ADR
 * 0018): a queue that holds the only copy of messages has a dead-letter exchange, at least once, which keeps the message
 * whole; a queue of questions has none, and the asker's time limit answers. What is rejected is logged with what tells it
 * from others, never with its content.
 */
export function rejectPoison(
  { session, message }: Delivery,
  { queue, logger, error }: { readonly queue: string; readonly logger: Logger; readonly error: unknown },
): void {
  const isRejected = session.reject(message);
  if (isRejected) metrics.poison.inc({ queue, outcome: 'rejected' });
  logger.error('poison message rejected', {
    queue,
    isRejected,
    bytes: message.content.length,
    sha256: sha256Hex(message.content),
    error,
  });
}

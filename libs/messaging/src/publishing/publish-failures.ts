import { failure, type Failure } from '@ymera/kernel';
import type { Pending } from './confirm-window';

/**
 * Why a message was not confirmed. Retryable ones may or may not have arrived: the sender keeps the message and
 * retries.
 */
export const publishFailures = {
  /** No queue is bound for it. A retry is useless until one is declared. */
  unroutable: ({ exchange, routingKey }: Pending, reason: string): Failure =>
    failure(
      'not_found',
      'unroutable',
      `No queue takes "${routingKey}" from ${exchange || 'the default exchange'} (${reason}).`,
    ),
  /** A queue is full, or could not store it. */
  refused: failure('unavailable', 'publish_refused', 'The broker refused the message; a queue may be full.'),
  lost: failure('unavailable', 'publish_unconfirmed', 'The channel was lost before the broker confirmed.'),
  timeout: failure('timeout', 'publish_timeout', 'The broker did not confirm in time.'),
  unavailable: failure(
    'unavailable',
    'broker_unavailable',
    'The broker is unavailable or blocks publishing. Retry later.',
  ),
  saturated: failure('rate_limited', 'publisher_saturated', 'Too many messages are waiting to be published.'),
  closed: failure('unavailable', 'broker_closed', 'Messaging has been closed.'),
  tooLarge: (bytes: number): Failure =>
    failure('validation', 'message_too_large', `A message of ${bytes} bytes is too large to publish.`),
  malformed: (reason: string): Failure =>
    failure('validation', 'message_malformed', `The message cannot be encoded: ${reason}.`),
} as const;

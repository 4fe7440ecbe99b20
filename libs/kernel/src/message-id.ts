import { failure, type Failure } from './failure';
import { uuidv7Time } from './ids';
import { err, ok, type Result } from './result';

/** Inboxes remember ids for so long: seven days. A message with an older id cannot be told from a repetition. */
export const messageIdRetentionMs = 7 * 86_400_000;

/** How far the clock of another machine may be ahead of ours. */
const maxClockSkewMs = 5 * 60_000;

const invalid = failure('validation', 'message_id_invalid', 'A message id must be a UUID of version 7.');

/**
 * When a message was made, by its id. Refused are ids that an inbox could not remember: `message_id_invalid` when it is no
 * UUIDv7, `message_id_outside_window` when it is older than `retentionMs` or more than five minutes from the future.
 */
export function messageIdTime(
  id: string,
  now: Date,
  retentionMs: number = messageIdRetentionMs,
): Result<Date, Failure> {
  const time = uuidv7Time(id);
  if (time === undefined) return err(invalid);
  const ageMs = now.getTime() - time;
  if (ageMs > retentionMs || ageMs < -maxClockSkewMs)
    return err(
      failure(
        'validation',
        'message_id_outside_window',
        `The message id is of ${new Date(time).toISOString()}: too old, or from the future, to be told from a repetition.`,
      ),
    );
  return ok(new Date(time));
}

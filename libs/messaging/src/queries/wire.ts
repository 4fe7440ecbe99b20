import { failureShape } from '@ymera/contracts';
import { err, failure, ok, type Failure, type Result } from '@ymera/kernel';
import { z } from 'zod';
import { shortText } from '../consuming/bounded-text';
import { maxBodyBytes } from '../limits';

/** A reply on the wire: `{ok: true, value}` or `{ok: false, error}`. */
const replyShape = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: failureShape }),
]);

export const replyAddress = 'amq.rabbitmq.reply-to';

/** Only a direct reply-to: a query cannot make us publish to a queue of its choice. */
export const isReplyAddress = (value: unknown): value is string =>
  typeof value === 'string' &&
  shortText(value) === value &&
  value.startsWith(`${replyAddress}.`) &&
  /^[\w+/=.-]+$/.test(value);

const encode = (reply: Result<unknown>): Buffer => Buffer.from(JSON.stringify(reply));

const tooLarge = (bytes: number): Failure =>
  failure(
    'internal',
    'message_too_large',
    `The answer has ${bytes} bytes; at most ${maxBodyBytes} are sent.`,
    {
      suggestion: 'Ask for less at once.',
    },
  );

/** An answer above the limit becomes a failure: the broker might end the channel over it, and with it other answers. */
export function encodeReply(reply: Result<unknown>): Buffer {
  const body = encode(reply);
  return body.length > maxBodyBytes ? encode(err(tooLarge(body.length))) : body;
}

const invalidReply = failure('internal', 'invalid_reply', 'The answer does not match its contract.');

/** `undefined` members that zod leaves behind are not ours to keep under exact optional types. */
const asFailure = ({ suggestion, details, ...rest }: z.output<typeof failureShape>): Failure => ({
  ...rest,
  ...(suggestion === undefined ? {} : { suggestion }),
  ...(details === undefined ? {} : { details }),
});

export function decodeReply<R extends z.ZodType>(shape: R, body: Buffer): Result<z.output<R>> {
  if (body.length > maxBodyBytes) return err(invalidReply);
  try {
    const reply = replyShape.safeParse(JSON.parse(body.toString('utf8')));
    if (!reply.success) return err(invalidReply);
    if (!reply.data.ok) return err(asFailure(reply.data.error));
    const value = shape.safeParse(reply.data.value);
    return value.success ? ok(value.data) : err(invalidReply);
  } catch {
    // No JSON, or nested deeper than the stack of what validates it.
    return err(invalidReply);
  }
}

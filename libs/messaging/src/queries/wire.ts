import { failureShape } from '@ymera/contracts';
import { err, failure, ok, type Failure, type Result } from '@ymera/kernel';
import { z } from 'zod';

/** A reply on the wire: `{ok: true, value}` or `{ok: false, error}`. */
const replyShape = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: failureShape }),
]);

export const replyAddress = 'amq.rabbitmq.reply-to';

/** Nothing but a direct reply-to: a question cannot make us publish to a queue of its choice. */
export const isReplyAddress = (value: unknown): value is string =>
  typeof value === 'string' && value.startsWith(`${replyAddress}.`);

export const encodeReply = (reply: Result<unknown>): Buffer => Buffer.from(JSON.stringify(reply));

const invalidReply = failure('internal', 'invalid_reply', 'The answer could not be understood.');

/** `undefined` members that zod leaves behind are not ours to keep under exact optional types. */
const asFailure = ({ suggestion, details, ...rest }: z.output<typeof failureShape>): Failure => ({
  ...rest,
  ...(suggestion === undefined ? {} : { suggestion }),
  ...(details === undefined ? {} : { details }),
});

export function decodeReply<R extends z.ZodType>(shape: R, body: Buffer): Result<z.output<R>> {
  let raw: unknown;
  try {
    raw = JSON.parse(body.toString('utf8'));
  } catch {
    return err(invalidReply);
  }
  const reply = replyShape.safeParse(raw);
  if (!reply.success) return err(invalidReply);
  if (!reply.data.ok) return err(asFailure(reply.data.error));
  const value = shape.safeParse(reply.data.value);
  return value.success ? ok(value.data) : err(invalidReply);
}

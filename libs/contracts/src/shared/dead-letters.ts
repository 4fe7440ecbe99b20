import { z } from 'zod';
import { serviceNames } from '../define/message';
import { timestamp, uuid } from './ids';

/** `died_again`: replayed, and dead-lettered once more; it may be replayed again. */
export const deadLetterState = z.enum(['pending', 'replayed', 'died_again']);
export type DeadLetterState = z.output<typeof deadLetterState>;

export const deadLetterOwner = z.enum(serviceNames);

/** A message that is not retried automatically. */
export const deadLetterSummary = z.object({
  dead_letter_id: uuid,
  /** The service that owns its queue. */
  owner: deadLetterOwner,
  vhost: z.enum(['services', 'agents']),
  /** Null when neither our own header nor the broker's names the queue. */
  queue: z.string().nullable(),
  message_id: z.string().nullable(),
  type: z.string(),
  /** The sender, for a message from an agent. */
  principal_id: z.string().nullable(),
  /** Of the failure; `delivery_limit` when the broker's delivery limit was reached. */
  code: z.string(),
  reason: z.string(),
  trace_id: z.string().nullable(),
  /** How often it was dead-lettered. */
  deaths: z.number().int().min(1),
  state: deadLetterState,
  died_at: timestamp,
  replayed_at: timestamp.nullable(),
  replayed_by: z.string().nullable(),
  /** Bytes of the whole body. */
  size: z.number().int().min(0),
  /** The beginning of the body, without secrets. */
  excerpt: z.string().max(300),
});
export type DeadLetterSummary = z.output<typeof deadLetterSummary>;

export const deadLetterResource = deadLetterSummary.omit({ excerpt: true }).extend({
  /** At most 1 MiB, without secrets. */
  body: z.string(),
  encoding: z.enum(['utf-8', 'base64']),
  is_truncated: z.boolean(),
  /** Why it cannot be replayed now; null when it can. */
  replay_refusal: z.object({ code: z.string(), message: z.string() }).nullable(),
});
export type DeadLetterResource = z.output<typeof deadLetterResource>;

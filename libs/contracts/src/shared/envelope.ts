import { z } from 'zod';
import { timestamp, uuid } from './ids';

/**
 * CloudEvents 1.0, structured JSON. `subject` is the aggregate's id; `data` is the contract's payload with
 * `aggregate_version`, which rises by one with each event about the aggregate: consumers that need an order use it,
 * because the broker guarantees none.
 */
export const cloudEvent = z.object({
  specversion: z.literal('1.0'),
  id: uuid,
  source: z.string(),
  type: z.string(),
  subject: z.string(),
  time: timestamp,
  datacontenttype: z.literal('application/json'),
  data: z.looseObject({ aggregate_version: z.number().int().min(1) }),
});
export type CloudEvent = z.output<typeof cloudEvent>;

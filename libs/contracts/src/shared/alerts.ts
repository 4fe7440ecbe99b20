import { z } from 'zod';
import { added } from '../define/added';
import { timestamp, uuid } from './ids';

export const alertSeverity = z.enum(['warning', 'critical']);

/** A condition that needs a person, derived from one event and resolved by its counter-event. */
export const alertResource = z.object({
  alert_id: uuid,
  /** `agent_suspended`, `dead_letter`, ... */
  kind: z.string(),
  severity: alertSeverity,
  title: z.string().max(500),
  /** Path of its subject, in this API. */
  link: z.string(),
  trace_id: z.string().nullable(),
  state: z.enum(['open', 'resolved']),
  raised_at: timestamp,
  resolved_at: timestamp.nullable(),
  /** Of an alert about many things with one cause: how many, and when the first and the last of them happened. */
  occurrences: added(z.object({ count: z.number().int().min(1), first_at: timestamp, last_at: timestamp })),
});
export type AlertResource = z.output<typeof alertResource>;

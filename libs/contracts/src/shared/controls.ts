import { z } from 'zod';
import { actor, timestamp } from './ids';

/** Why somebody stops or starts a part of the platform; people read it in the middle of the night. */
export const controlReason = z.string().trim().min(3).max(1000);

/** A brake that a person has pulled, or not. While `running`, the other members tell of the last resumption, if any. */
export const controlState = z.object({
  state: z.enum(['running', 'paused']),
  since: timestamp.nullable(),
  changed_by: z.string().nullable(),
  reason: z.string().nullable(),
  /** What waits for the resumption: steps for an agent, or orders to land. */
  waiting: z.number().int().min(0),
});
export type ControlState = z.output<typeof controlState>;

/** An order about a brake. Given twice it changes nothing the second time, and tells who was first. */
export const controlOrder = z.object({ actor, reason: controlReason });

import { isOpen, type Pause } from '@ymera/kernel';
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

/** Of a brake whose last pause, open or over, is this one. */
export function controlStateOf(pause: Pause | undefined, waiting: number): ControlState {
  const iso = (time: number): string => new Date(time).toISOString();
  if (isOpen(pause)) {
    const { pausedAt, pausedBy, reason } = pause;
    return { state: 'paused', since: iso(pausedAt), changed_by: pausedBy, reason, waiting };
  }
  const end = pause?.end;
  return {
    state: 'running',
    since: end ? iso(end.resumedAt) : null,
    changed_by: end?.resumedBy ?? null,
    reason: end?.reason ?? null,
    waiting,
  };
}

/** An order about a brake. Given twice it changes nothing the second time, and tells who was first. */
export const controlOrder = z.object({ actor, reason: controlReason });

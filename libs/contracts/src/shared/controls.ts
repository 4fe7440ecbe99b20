import { isOpen, type Pause } from '@ymera/kernel';
import { z } from 'zod';
import { actor, timestamp } from './ids';

/** Why a person pauses or resumes a part of the platform; people read it in the middle of the night. */
export const controlReason = z.string().trim().min(3).max(1000);

/** The state of a pause switch. While `running`, the other members describe the last resumption, if any. */
export const controlState = z.object({
  state: z.enum(['running', 'paused']),
  since: timestamp.nullable(),
  changed_by: z.string().nullable(),
  reason: z.string().nullable(),
  /** Number of items that wait for the resumption: steps for an agent, or orders to land. */
  waiting: z.number().int().min(0),
});
export type ControlState = z.output<typeof controlState>;

/** Of a pause switch whose last pause, open or over, is this one. */
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

/** An order to a pause switch. Repeated, it changes nothing, and names the first author. */
export const controlOrder = z.object({ actor, reason: controlReason });

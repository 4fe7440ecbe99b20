import type { Time } from './workflow';

/** What is known of our own presence: when agents and people could be heard by us. */
export interface Uptime {
  /** The last moment at which we are known to have looked. */
  readonly recordRunning: Time;
  /** Since when without an absence. */
  readonly runningSince: Time;
  /** Until then, what was said in time while we were away may still wait in our queue. */
  readonly extendedUntil: Time;
  /** Absences that followed each other without a lease of presence between them. */
  readonly consecutiveDowntimes: number;
}

export interface DowntimeCheck {
  readonly presence: Uptime;
  /** Whether it shows an absence that is forgiven: every lease is good for one lease more. */
  readonly isExtended: boolean;
}

/** A broker that comes and goes would otherwise keep everybody's time from ever ending. */
const maxConsecutive = 10;

/**
 * Half a lease without a look is an absence, whatever kept us; so is everything before the first look. Whoever was silent
 * only because we did not listen keeps what he has for one lease more, but only so often: the next time counts anew after
 * a whole lease without an absence.
 */
export function detectDowntime(before: Uptime | undefined, now: Time, leaseMs: number): DowntimeCheck {
  if (before && now - before.recordRunning < leaseMs / 2) return { presence: before, isExtended: false };
  const isFirst = !before || before.recordRunning - before.runningSince >= leaseMs;
  const consecutiveDowntimes = isFirst ? 1 : before.consecutiveDowntimes + 1;
  const presence = { recordRunning: now, runningSince: now, consecutiveDowntimes };
  const isExtended = consecutiveDowntimes <= maxConsecutive;
  const extendedUntil = isExtended ? now + leaseMs : (before?.extendedUntil ?? now);
  return { presence: { ...presence, extendedUntil }, isExtended };
}

/** We are known to have been there at that time. */
export const recordRunning = (presence: Uptime | undefined, at: Time): Uptime =>
  presence
    ? { ...presence, recordRunning: Math.max(presence.recordRunning, at) }
    : { recordRunning: at, runningSince: at, extendedUntil: at, consecutiveDowntimes: 0 };

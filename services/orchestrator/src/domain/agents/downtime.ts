import type { Time } from '../workflow/workflow';

/** The known uptime of this process: when agents and people could reach it. */
export interface Uptime {
  /** The last moment at which this process is known to have run. */
  readonly recordRunning: Time;
  /** Start of the current uptime. */
  readonly runningSince: Time;
  /** Until then, messages that were sent in time during the downtime may still be in the queue. */
  readonly extendedUntil: Time;
  /** Consecutive downtimes without a lease of uptime between them. */
  readonly consecutiveDowntimes: number;
}

export interface DowntimeCheck {
  readonly presence: Uptime;
  /** Whether a downtime was found for which every lease is extended by one lease. */
  readonly isExtended: boolean;
}

/** Without a limit, a broker that goes down again and again would keep every lease from ever expiring. */
const maxConsecutive = 10;

/**
 * Half a lease without a pass is a downtime, whatever its cause; so is the time before the first pass. An agent whose
 * messages could not arrive during it keeps its lease for one lease more, up to a limit. The count starts anew after a
 * whole lease without a downtime.
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

/** Records that the process ran at that time. */
export const recordRunning = (presence: Uptime | undefined, at: Time): Uptime =>
  presence
    ? { ...presence, recordRunning: Math.max(presence.recordRunning, at) }
    : { recordRunning: at, runningSince: at, extendedUntil: at, consecutiveDowntimes: 0 };

import type { Time } from './run';

/** What is known of our own presence: when agents and people could be heard by us. */
export interface Presence {
  /** The last moment at which we are known to have looked. */
  readonly presentAt: Time;
  /** Since when without an absence. */
  readonly presentSince: Time;
  /** Until then, what was said in time while we were away may still wait in our queue. */
  readonly forgivenUntil: Time;
  /** Absences that followed each other without a lease of presence between them. */
  readonly absencesInARow: number;
}

export interface Look {
  readonly presence: Presence;
  /** Whether it shows an absence that is forgiven: every lease is good for one lease more. */
  readonly forgives: boolean;
}

/** A broker that comes and goes would otherwise keep everybody's time from ever ending. */
const mostInARow = 10;

/**
 * Half a lease without a look is an absence, whatever kept us; so is everything before the first look. Whoever was silent
 * only because we did not listen keeps what he has for one lease more, but only so often: the next time counts anew after
 * a whole lease without an absence.
 */
export function lookAt(before: Presence | undefined, now: Time, leaseMs: number): Look {
  if (before && now - before.presentAt < leaseMs / 2) return { presence: before, forgives: false };
  const isFirst = !before || before.presentAt - before.presentSince >= leaseMs;
  const absencesInARow = isFirst ? 1 : before.absencesInARow + 1;
  const presence = { presentAt: now, presentSince: now, absencesInARow };
  const forgives = absencesInARow <= mostInARow;
  const forgivenUntil = forgives ? now + leaseMs : (before?.forgivenUntil ?? now);
  return { presence: { ...presence, forgivenUntil }, forgives };
}

/** We are known to have been there at that time. */
export const presentAt = (presence: Presence | undefined, at: Time): Presence =>
  presence
    ? { ...presence, presentAt: Math.max(presence.presentAt, at) }
    : { presentAt: at, presentSince: at, forgivenUntil: at, absencesInARow: 0 };

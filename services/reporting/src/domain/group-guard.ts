import type { GroupCounts } from './groups';

/** When silence is held against nobody of a group: too many of it at once. */
export interface MassSilencePolicy {
  /** A smaller group is never held: one dead runner is no outage of ours. */
  readonly smallestGroup: number;
  /** Share of silent members from which on the group is held, and below which it is released. */
  readonly holdShare: number;
  readonly releaseShare: number;
  /** After so long the silence is taken for the agents' own. */
  readonly longestHoldMs: number;
}

export const massSilencePolicy: MassSilencePolicy = {
  smallestGroup: 10,
  holdShare: 0.55,
  releaseShare: 0.45,
  longestHoldMs: 3_600_000,
};

export type GroupHold =
  /** Released, or given up on; silence counts from a grace after `since`. */
  | { readonly kind: 'free' | 'given_up'; readonly since: number }
  | { readonly kind: 'held'; readonly since: number };

const isMassSilent = ({ members, silent }: GroupCounts, policy: MassSilencePolicy): boolean =>
  members >= policy.smallestGroup && silent >= policy.holdShare * members;

const isOver = ({ members, silent }: GroupCounts, policy: MassSilencePolicy): boolean =>
  members < policy.smallestGroup || silent < policy.releaseShare * members;

/**
 * A group after a look at it; undefined for one that was never held. A hold ends when reports are back, or when it has
 * lasted for too long; then the same silence holds the group no second time.
 */
export function assess(
  hold: GroupHold | undefined,
  counts: GroupCounts,
  policy: MassSilencePolicy,
  now: number,
): GroupHold | undefined {
  switch (hold?.kind) {
    case undefined:
    case 'free':
      return isMassSilent(counts, policy) ? { kind: 'held', since: now } : hold;
    case 'held':
      if (isOver(counts, policy)) return { kind: 'free', since: now };
      return now - hold.since >= policy.longestHoldMs ? { kind: 'given_up', since: now } : hold;
    case 'given_up':
      return isOver(counts, policy) ? { kind: 'free', since: hold.since } : hold;
  }
}

import type { GroupCounts } from './groups';

/** When silence is held against nobody of a group: too many of it at once. */
export interface MassOutagePolicy {
  /** A smaller group is never held: one dead runner is no outage of ours. */
  readonly minGroupSize: number;
  /** Share of silent members from which on the group is held, and below which it is released. */
  readonly suppressShare: number;
  readonly releaseShare: number;
  /** After so long the silence is taken for the agents' own. */
  readonly maxSuppressionMs: number;
}

export const massOutagePolicy: MassOutagePolicy = {
  minGroupSize: 10,
  suppressShare: 0.55,
  releaseShare: 0.45,
  maxSuppressionMs: 3_600_000,
};

export type GroupSuppression =
  /** Released, or given up on; silence counts from a grace after `since`. */
  | { readonly kind: 'free' | 'given_up'; readonly since: number }
  | { readonly kind: 'held'; readonly since: number };

const isMassOutage = ({ members, silent }: GroupCounts, policy: MassOutagePolicy): boolean =>
  members >= policy.minGroupSize && silent >= policy.suppressShare * members;

const isOver = ({ members, silent }: GroupCounts, policy: MassOutagePolicy): boolean =>
  members < policy.minGroupSize || silent < policy.releaseShare * members;

/**
 * A group after a look at it; undefined for one that was never held. A hold ends when reports are back, or when it has
 * lasted for too long; then the same silence holds the group no second time.
 */
export function assess(
  hold: GroupSuppression | undefined,
  counts: GroupCounts,
  policy: MassOutagePolicy,
  now: number,
): GroupSuppression | undefined {
  switch (hold?.kind) {
    case undefined:
    case 'free':
      return isMassOutage(counts, policy) ? { kind: 'held', since: now } : hold;
    case 'held':
      if (isOver(counts, policy)) return { kind: 'free', since: now };
      return now - hold.since >= policy.maxSuppressionMs ? { kind: 'given_up', since: now } : hold;
    case 'given_up':
      return isOver(counts, policy) ? { kind: 'free', since: hold.since } : hold;
  }
}

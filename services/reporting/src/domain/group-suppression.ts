import type { GroupCounts } from './groups';

/** When sanctions of a group are suppressed: too many of its agents are silent at once. */
export interface MassOutagePolicy {
  /** A smaller group is never suppressed: one dead runner is not an outage of ours. */
  readonly minGroupSize: number;
  /** Share of silent members from which on the group is suppressed, and below which it is released. */
  readonly suppressShare: number;
  readonly releaseShare: number;
  /** After this time the agents themselves count as the cause. */
  readonly maxSuppressionMs: number;
}

export const massOutagePolicy: MassOutagePolicy = {
  minGroupSize: 10,
  suppressShare: 0.55,
  releaseShare: 0.45,
  maxSuppressionMs: 3_600_000,
};

export type GroupSuppression =
  /** Released, or given up on; missed reports count from a grace period after `since`. */
  | { readonly kind: 'free' | 'given_up'; readonly since: number }
  | { readonly kind: 'held'; readonly since: number };

const isMassOutage = ({ members, silent }: GroupCounts, policy: MassOutagePolicy): boolean =>
  members >= policy.minGroupSize && silent >= policy.suppressShare * members;

const isOver = ({ members, silent }: GroupCounts, policy: MassOutagePolicy): boolean =>
  members < policy.minGroupSize || silent < policy.releaseShare * members;

/**
 * A group after a check; undefined for one that was never suppressed. A suppression ends when reports are back, or when
 * it has lasted too long; after that the same outage does not suppress the group a second time.
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

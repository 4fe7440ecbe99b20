import type { ErrorShape, ProjectUpstream, PushPolicy, UpstreamState } from '@ymera/contracts';

/** What is known of the repository that a project was copied from. */
export interface Upstream {
  /** The branch that is followed; undefined when the source had none at its HEAD. */
  readonly branch: string | undefined;
  readonly push: PushPolicy;
  /** New work is refused while the upstream cannot be reached. */
  readonly requireFresh: boolean;
  /** The last head of its branch that continues the ones before it. */
  readonly head: string | undefined;
  /** When it last answered. */
  readonly checkedAt: Date | undefined;
  /** Why it was not brought in step the last time. */
  readonly error: ErrorShape | undefined;
}

/** How two heads stand to each other, in commits. */
export interface Relation {
  /** Only ours has these. */
  readonly ahead: number;
  /** Only the upstream has these. */
  readonly behind: number;
}

export const upstreamRewritten = 'upstream_rewritten';

export interface UpstreamFacts extends Relation {
  /** The head as it was known before is part of the head as it is now. */
  readonly continues: boolean;
}

/** What has to be done to bring a branch in step with its upstream. */
export type UpstreamStep = 'nothing' | 'fast_forward' | 'merge' | 'refuse_rewritten';

/**
 * The branch only ever moves forward. What has landed here and is not in the upstream stays; what the upstream has thrown
 * away is never pushed back into it.
 */
export function nextUpstreamStep({ ahead, behind, continues }: UpstreamFacts): UpstreamStep {
  if (!continues) return 'refuse_rewritten';
  if (behind === 0) return 'nothing';
  return ahead === 0 ? 'fast_forward' : 'merge';
}

/** `relation` is undefined when no head of the upstream is known. */
export function stateOfUpstream(upstream: Upstream, relation: Relation | undefined): UpstreamState {
  if (upstream.branch === undefined) return 'not_followed';
  if (upstream.error?.code === upstreamRewritten) return 'diverged';
  if (upstream.error !== undefined) return 'unreachable';
  if (relation === undefined) return 'not_checked';
  const { ahead, behind } = relation;
  if (behind === 0) return ahead === 0 ? 'in_step' : 'ahead';
  return ahead === 0 ? 'behind' : 'diverged';
}

/** What the world sees of it. */
export function upstreamResource(
  source: string,
  upstream: Upstream,
  relation: Relation | undefined,
): ProjectUpstream {
  const { push, requireFresh, head, checkedAt, error } = upstream;
  return {
    source,
    state: stateOfUpstream(upstream, relation),
    ...(checkedAt === undefined ? {} : { checked_at: checkedAt.toISOString() }),
    ...(head === undefined ? {} : { head }),
    ...relation,
    push,
    require_fresh: requireFresh,
    ...(error === undefined ? {} : { error }),
  };
}

import type { ErrorShape, ProjectUpstream, PushPolicy, UpstreamState } from '@ymera/contracts';

/** The known state of the repository that a project was copied from. */
export interface Upstream {
  /** The branch that is followed; undefined when the source had none at its HEAD. */
  readonly branch: string | undefined;
  readonly push: PushPolicy;
  /** Rejects new work while the upstream is unreachable. */
  readonly requireFresh: boolean;
  /** The last head of its branch that continues the earlier ones. */
  readonly head: string | undefined;
  /** The time of its last answer. */
  readonly checkedAt: Date | undefined;
  /** The reason why the last synchronisation failed. */
  readonly error: ErrorShape | undefined;
}

/** The relation of two heads, in commits. */
export interface Relation {
  /** Only ours has these. */
  readonly ahead: number;
  /** Only the upstream has these. */
  readonly behind: number;
}

export const upstreamRewritten = 'upstream_rewritten';

export interface UpstreamFacts extends Relation {
  /** The previous head is an ancestor of the current one. */
  readonly continues: boolean;
}

/** The action that synchronises a branch with its upstream. */
export type UpstreamStep = 'nothing' | 'fast_forward' | 'merge' | 'refuse_rewritten';

/**
 * The branch only moves forward. Landed commits that the upstream lacks stay; commits that the upstream has dropped are never
 * pushed back into it.
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

/** The public view of it. */
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

import { failure, type Failure, type Result } from '@ymera/kernel';
import { baseMoved, type LandingDecision } from '../domain/landing';
import type { Project } from '../domain/project';
import type { IntegrationTransaction, LandingCandidate, PushIntents, Upstreams } from './ports';
import type { Synced, SyncProject } from './sync-project';
import { followedBranch } from './upstream-fetches';

export interface MeetUpstreamDependencies {
  readonly sync: Pick<SyncProject, 'apply'>;
  readonly upstreams: Upstreams;
  readonly pushIntents: PushIntents;
}

/** Another push moved the upstream's branch between our fetch and our push: fetch again. */
export class UpstreamMoved extends Error {
  override readonly name = 'UpstreamMoved';
}

export type UpstreamAnswer =
  | { readonly kind: 'decided'; readonly decision: LandingDecision; readonly pushed: boolean }
  /** The landing requires a push, which is not possible now. */
  | { readonly kind: 'waiting'; readonly failure: Failure };

/**
 * Checks a landing against the upstream: a change lands only on top of the upstream's head, and a project that pushes has it
 * in the upstream before its own branch moves.
 *
 * The push comes first because our branch never moves back: a refused push leaves both branches unchanged. When the process
 * dies after the push, the redelivery finds the commit in the upstream, pushes nothing and continues. If another request
 * synchronises the branch before that, the redelivery finds the commit on the branch and only publishes the event.
 */
export class ReconcileUpstream {
  constructor(private readonly use: MeetUpstreamDependencies) {}

  async execute(
    tx: IntegrationTransaction,
    project: Project,
    candidate: LandingCandidate & { readonly changeId: string },
    decision: LandingDecision,
    fetched: Result<void>,
  ): Promise<UpstreamAnswer> {
    const followed = followedBranch(project);
    const isOpen =
      decision.kind === 'land' || (decision.kind === 'refuse' && decision.failure.code === 'base_moved');
    if (!followed || !isOpen) return decided(decision);
    const isPushed = project.upstream.push === 'branch';
    if (!fetched.ok) return isPushed ? unreached(decision, fetched.error) : decided(decision);
    const synced = await this.use.sync.apply(tx, project, fetched);
    if (decision.kind === 'refuse') return decided(baseMoved(candidate.base, synced.base));
    const { projectId, commit, changeId } = candidate;
    // An upstream whose history was rewritten has no head to build upon, so there is no target for a push.
    if (isPushed && synced.upstreamHead === undefined)
      return decided({ kind: 'refuse', failure: cannotPush(projectId, synced.refusal ?? headUnknown) });
    const has = await this.isBuiltOn(projectId, commit, synced.upstreamHead);
    if (!has) {
      if (isPushed) await this.use.pushIntents.remove(projectId, changeId);
      return decided(this.notBuiltOn(candidate, decision, synced, isPushed));
    }
    if (!isPushed || synced.upstreamHead === undefined) return decided(decision);
    await this.use.pushIntents.note(projectId, changeId, commit);
    const outcome = await this.use.upstreams.push(followed, synced.upstreamHead, commit);
    switch (outcome.kind) {
      case 'pushed':
        await tx.projects.update(withUpstreamAt(synced.project, commit));
        return { kind: 'decided', decision, pushed: true };
      case 'moved':
        throw new UpstreamMoved(`${projectId}: the upstream moved during a landing`);
      case 'unknown':
        return { kind: 'waiting', failure: outcome.failure };
      case 'refused':
        await this.use.pushIntents.remove(projectId, changeId);
        return decided({ kind: 'refuse', failure: outcome.failure });
    }
  }

  /** An unknown head requires nothing. */
  private async isBuiltOn(projectId: string, commit: string, head: string | undefined): Promise<boolean> {
    if (head === undefined) return true;
    return (await this.use.upstreams.relation(projectId, commit, head)).behind === 0;
  }

  private notBuiltOn(
    { base, projectId }: LandingCandidate,
    decision: LandingDecision,
    { base: newBase, refusal }: Synced,
    isPushed: boolean,
  ): LandingDecision {
    if (newBase !== base) return baseMoved(base, newBase);
    // Both histories may diverge, as the notes of the request tell; only a push needs them joined.
    if (!isPushed || !refusal) return decision;
    return { kind: 'refuse', failure: cannotPush(projectId, refusal) };
  }
}

const withUpstreamAt = (project: Project, head: string): Project => ({
  ...project,
  upstream: { ...project.upstream, head },
  version: project.version + 1,
});

const decided = (decision: LandingDecision): UpstreamAnswer => ({ kind: 'decided', decision, pushed: false });

/** An order that is refused anyway is refused at once. */
const unreached = (decision: LandingDecision, reason: Failure): UpstreamAnswer =>
  decision.kind === 'land' ? { kind: 'waiting', failure: reason } : decided(decision);

const headUnknown = { code: 'upstream_branch_gone', message: 'The upstream’s branch has no known head.' };

const cannotPush = (projectId: string, { code, message }: NonNullable<Synced['refusal']>): Failure =>
  failure('conflict', code, `${message} The change is neither pushed nor landed.`, {
    suggestion: `Merge the project’s branch into the upstream’s by hand there, then \`ymera projects sync ${projectId}\` and ask again; or land without a push: \`ymera projects update ${projectId} --push off\`.`,
  });

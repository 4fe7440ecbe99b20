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

/** The upstream's branch was moved by somebody else between our fetch and our push: it is to be fetched again. */
export class UpstreamMoved extends Error {
  override readonly name = 'UpstreamMoved';
}

export type UpstreamAnswer =
  | { readonly kind: 'decided'; readonly decision: LandingDecision; readonly pushed: boolean }
  /** The landing has to be pushed and cannot be now. */
  | { readonly kind: 'waiting'; readonly failure: Failure };

/**
 * What the upstream has to say about a landing that may go ahead otherwise: it lands only on top of what the upstream has, and
 * a project that pushes has it there before its own branch moves.
 *
 * The push is first because our branch never moves back: a push that is refused leaves both branches as they were. A process
 * that dies after the push finds the commit in the upstream when the order is delivered again, pushes nothing and goes on. If
 * another request brings the branch in step before that, the redelivery finds the commit on the branch, and only says so.
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
    // Of an upstream whose history was rewritten no head may be built upon: there is nowhere to push to.
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

  /** A head that is not known asks for nothing. */
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
    // Both histories go on by themselves, as the notes of the request say; only a push needs them to be one.
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

/** What is refused anyway is refused at once. */
const unreached = (decision: LandingDecision, reason: Failure): UpstreamAnswer =>
  decision.kind === 'land' ? { kind: 'waiting', failure: reason } : decided(decision);

const headUnknown = { code: 'upstream_branch_gone', message: 'The upstream’s branch has no known head.' };

const cannotPush = (projectId: string, { code, message }: NonNullable<Synced['refusal']>): Failure =>
  failure('conflict', code, `${message} The change is neither pushed nor landed.`, {
    suggestion: `Merge the project’s branch into the upstream’s by hand there, then \`ymera projects sync ${projectId}\` and ask again; or land without a push: \`ymera projects update ${projectId} --push off\`.`,
  });

import type { landChange, PayloadOf } from '@ymera/contracts';
import {
  assertNever,
  digestOf,
  err,
  failure,
  ok,
  type Clock,
  type Failure,
  type Result,
} from '@ymera/kernel';
import type { Change } from '../domain/change';
import { baseMoved, checkLanding, mayLand, type LandingDecision, type LandingOrder } from '../domain/landing';
import type { Project } from '../domain/project';
import { answerLanded, answerRefused, type LandingAnswer } from './answer-landing';
import type { LandingQueue } from './landing-queue';
import { UpstreamMoved, type ReconcileUpstream } from './reconcile-upstream';
import type {
  Branches,
  IntegrationTransaction,
  IntegrationUnitOfWork,
  LandingCandidate,
  LandingTracing,
  PushIntents,
  WaitingLanding,
} from './ports';
import { followedBranch, type UpstreamFetches } from './upstream-fetches';

type Order = PayloadOf<typeof landChange>;

export type LandingOutcome =
  | LandingAnswer
  /** Landing is paused, or the upstream of the push is unreachable; the order is stored. */
  | { readonly kind: 'waiting'; readonly failure?: Failure };

/** How many times another push may come between our fetch and our push; then the order is stored and retried later. */
const maxUpstreamMoves = 3;

export interface LandChangeDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly branches: Branches;
  /** One queue for landings, withdrawals and pauses. */
  readonly underWay: LandingQueue;
  readonly clock: Clock;
  readonly tracing: LandingTracing;
  readonly fetches: Pick<UpstreamFetches, 'fetch'>;
  readonly meetUpstream: Pick<ReconcileUpstream, 'execute'>;
  readonly pushIntents: PushIntents;
}

const upstreamBusy = err(
  failure('conflict', 'upstream_busy', 'The upstream moved during every attempt to push to it.', {
    retryable: true,
  }),
);

interface Examined {
  readonly decision: LandingDecision;
  readonly candidate: LandingCandidate | undefined;
}

/**
 * Moves a project's branch, if every invariant holds.
 *
 * The branch moves inside the transaction, under the project's lock, right before its commit. When the process dies between
 * the two, the change has landed without an event; the redelivery finds the commit on the branch and publishes the event. The
 * opposite order could publish "landed" for a branch that never moved. The work may run twice, so it checks git first.
 *
 * The lock is released when the database session dies, and git may still be running then: so the work also takes its turn in
 * this process's queue, from before the transaction until git has ended.
 */
export class LandChange {
  constructor(private readonly use: LandChangeDependencies) {}

  /** Undefined when this message was handled before. */
  execute(messageId: string, order: Order): Promise<LandingOutcome | undefined> {
    const { unitOfWork, underWay, tracing } = this.use;
    return underWay.run(order.project_id, () =>
      this.withUpstream(order, (fetched) =>
        unitOfWork.run(async (tx) => {
          if (!(await tx.inbox.accept('integration.land_change', messageId))) return undefined;
          const outcome = await this.take(tx, order, fetched);
          if (outcome.kind === 'waiting')
            await tx.waiting.add({ id: digestOf(order), order, traceparent: tracing.current() });
          return outcome;
        }),
      ),
    );
  }

  /** Fetches before the transaction starts, which must not wait for a network, and again when the upstream has moved since. */
  private async withUpstream<T>(order: Order, land: (fetched: Result<void>) => Promise<T>): Promise<T> {
    const { unitOfWork, fetches } = this.use;
    const [project, change] = await unitOfWork.run(async (tx) => [
      await tx.projects.find(order.project_id),
      await tx.changes.find(order.change_id),
    ]);
    const followed = project && mayLand(landingOrder(order), change) && followedBranch(project);
    for (let moves = 0; ; moves += 1) {
      const isLast = moves === maxUpstreamMoves;
      const fetched = followed ? await fetches.fetch(followed) : ok(undefined);
      try {
        return await land(isLast ? upstreamBusy : fetched);
      } catch (error) {
        if (isLast || !(error instanceof UpstreamMoved)) throw error;
      }
    }
  }

  /** The oldest waiting order except these; `tried` is undefined when there is none or landing is paused. */
  async executeWaiting(
    except: readonly string[],
  ): Promise<{ readonly tried?: string; readonly error?: unknown }> {
    const { unitOfWork, underWay } = this.use;
    // The project, whose turn to take, is known only after a read, in a transaction that ends before the turn is waited for.
    const seen = await unitOfWork.run((tx) => tx.waiting.next(except));
    if (!seen) return {};
    try {
      const outcome = await underWay.run(seen.order.project_id, () =>
        this.withUpstream(seen.order, (fetched) => this.takeWaiting(seen, except, fetched)),
      );
      if (outcome?.kind !== 'waiting') return { tried: seen.id };
      return outcome.failure ? { tried: seen.id, error: outcome.failure } : {};
    } catch (error) {
      return { tried: seen.id, error };
    }
  }

  /** Undefined when it was withdrawn or decided since it was read. */
  private takeWaiting(
    { id, order, traceparent }: WaitingLanding,
    except: readonly string[],
    fetched: Result<void>,
  ): Promise<LandingOutcome | undefined> {
    const { unitOfWork, tracing } = this.use;
    return unitOfWork.run(async (tx) => {
      const waiting = await tx.waiting.next(except);
      if (waiting?.id !== id) return undefined;
      return tracing.within(traceparent, async () => {
        const outcome = await this.take(tx, order, fetched);
        if (outcome.kind !== 'waiting') await tx.waiting.remove(id);
        return outcome;
      });
    });
  }

  private async take(
    tx: IntegrationTransaction,
    order: Order,
    fetched: Result<void>,
  ): Promise<LandingOutcome> {
    await tx.projects.lock(order.project_id);
    const project = await tx.projects.find(order.project_id);
    if (!project) return answerRefused(tx, order, undefined, projectNotFound(order.project_id));
    const change = await tx.changes.find(order.change_id);
    const examined = await this.examine(order, project, change);
    // Right before the branch moves: a process that has lost its database session, and all locks with it, fails here and moves nothing.
    const isPaused = (await tx.pauses.whileWorking()) !== undefined;
    // For a commit that is on the branch already only the event is published, and a withdrawn order never lands; all other orders
    // wait, because the facts may have changed by then.
    const isSettled = examined.decision.kind === 'already_landed' || change?.withdrawnBy !== undefined;
    if (isPaused && !isSettled) return { kind: 'waiting' };
    const { candidate, decision } = examined;
    const answer = candidate
      ? await this.use.meetUpstream.execute(
          tx,
          project,
          { ...candidate, changeId: order.change_id },
          decision,
          fetched,
        )
      : ({ kind: 'decided', decision, pushed: false } as const);
    if (answer.kind === 'waiting') return answer;
    const moved = await this.move({ candidate, decision: answer.decision });
    const outcome = await this.carryOut(tx, order, project, change, moved, answer.pushed);
    const isSaid = answer.pushed || moved.kind === 'already_landed';
    if (isSaid && project.upstream.push === 'branch')
      await this.use.pushIntents.remove(order.project_id, order.change_id);
    return outcome;
  }

  private async carryOut(
    tx: IntegrationTransaction,
    order: Order,
    project: Project,
    change: Change | undefined,
    decision: LandingDecision,
    pushed: boolean,
  ): Promise<LandingOutcome> {
    switch (decision.kind) {
      case 'land':
      case 'already_landed':
        return answerLanded(tx, order, project, decision.change, this.use.clock.now(), pushed);
      case 'refuse':
        return answerRefused(tx, order, change, decision.failure, decision.head);
      default:
        return assertNever(decision);
    }
  }

  private async examine(order: Order, project: Project, change: Change | undefined): Promise<Examined> {
    const isOurs = change?.projectId === project.projectId;
    const candidate = isOurs ? candidateOf(project, change) : undefined;
    const decision = checkLanding({
      order: landingOrder(order),
      change,
      repository: candidate && (await this.use.branches.facts(candidate)),
    });
    return { decision, candidate };
  }

  /** Moves the branch when the decision is to land. */
  private async move({ decision, candidate }: Examined): Promise<LandingDecision> {
    if (decision.kind !== 'land' || !candidate) return decision;
    const result = await this.use.branches.move(candidate, decision.from);
    if (!result.moved) return baseMoved(candidate.base, result.head);
    await this.assertLanded(candidate, decision.change);
    return decision;
  }

  /** The landed tree must be the tested tree: checked on the branch itself, after the move. */
  private async assertLanded({ projectId, branch }: LandingCandidate, change: Change): Promise<void> {
    const tree = await this.use.branches.treeOf(projectId, branch);
    if (tree !== change.tree)
      throw new Error(`${projectId}: ${branch} has tree ${tree} after landing tested tree ${change.tree}`);
  }
}

const landingOrder = (order: Order): LandingOrder => ({
  projectId: order.project_id,
  workflowId: order.workflow_id,
  changeId: order.change_id,
  base: order.base,
  commit: order.commit,
  tree: order.tree,
  producerAgentId: order.producer_agent_id,
  verdict: order.verdict,
  tests: order.tests,
  approval: order.approval && { subjectDigest: order.approval.subject_digest },
});

export const projectNotFound = (projectId: string): Failure =>
  failure('not_found', 'project_not_found', `Unknown project ${projectId}.`);

export const candidateOf = (project: Project, { base, commit }: Change): LandingCandidate => ({
  projectId: project.projectId,
  branch: project.defaultBranch,
  base,
  commit,
});

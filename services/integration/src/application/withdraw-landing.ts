import type { PayloadOf, withdrawLanding } from '@ymera/contracts';
import { failure, FailureException, type Result } from '@ymera/kernel';
import { withdrawn, type Change } from '../domain/change';
import { landingWithdrawn } from '../domain/landing';
import { answerLanded, answerRefused, type LandingAnswer } from './answer-landing';
import { candidateOf, projectNotFound, type LandChangeDependencies } from './land-change';
import type { IntegrationTransaction } from './ports';
import type { SyncProject } from './sync-project';
import { followedBranch } from './upstream-fetches';

type Withdrawal = PayloadOf<typeof withdrawLanding>;

export interface WithdrawLandingDependencies extends Omit<
  LandChangeDependencies,
  'tracing' | 'meetUpstream'
> {
  readonly sync: Pick<SyncProject, 'apply'>;
}

/**
 * Withdraws an order to land, because its workflow is to be canceled: removes a waiting order and refuses later ones.
 *
 * Always answers, also when no order is known, and checks git: a branch may have moved without a published event, and a
 * running move is waited for. Otherwise the canceling service could never stop repeating the order.
 */
export class WithdrawLanding {
  constructor(private readonly use: WithdrawLandingDependencies) {}

  /** Undefined when this message was handled before. */
  execute(messageId: string, withdrawal: Withdrawal): Promise<LandingAnswer | undefined> {
    const { unitOfWork, underWay } = this.use;
    return underWay.run(withdrawal.project_id, async () => {
      const fetched = await this.fetchedIfPushed(withdrawal);
      return unitOfWork.run(async (tx) => {
        if (!(await tx.inbox.accept('integration.withdraw_landing', messageId))) return undefined;
        return this.take(tx, withdrawal, fetched);
      });
    });
  }

  /** A push may have arrived without a recorded landing: then only the upstream has the commit. */
  private async fetchedIfPushed({ project_id, change_id }: Withdrawal): Promise<Result<void> | undefined> {
    const { unitOfWork, fetches, pushIntents } = this.use;
    const project = await unitOfWork.run((tx) => tx.projects.find(project_id));
    const followed = project && followedBranch(project);
    if (!followed || !(await pushIntents.isNoted(project_id, change_id))) return undefined;
    const fetched = await fetches.fetch(followed);
    if (fetched.ok) return fetched;
    // Retried by redelivery; messages of other projects are handled meanwhile.
    const { code, message } = fetched.error;
    throw new FailureException(failure('conflict', code, message, { retryable: true }));
  }

  private async take(
    tx: IntegrationTransaction,
    withdrawal: Withdrawal,
    fetched: Result<void> | undefined,
  ): Promise<LandingAnswer> {
    const { branches, clock } = this.use;
    await tx.projects.lock(withdrawal.project_id);
    const project = await tx.projects.find(withdrawal.project_id);
    if (!project) return answerRefused(tx, withdrawal, undefined, projectNotFound(withdrawal.project_id));
    const change = await tx.changes.find(withdrawal.change_id);
    if (!change || !isAbout(withdrawal, change))
      return answerRefused(tx, withdrawal, undefined, changeUnknown);
    if (fetched) await this.use.sync.apply(tx, project, fetched);
    const isLanded =
      change.state === 'landed' || (await branches.facts(candidateOf(project, change))).isLanded;
    if (isLanded) return answerLanded(tx, withdrawal, project, change, clock.now());
    await tx.waiting.removeOf(change.changeId);
    const taken = withdrawn(change, withdrawal.canceled_by);
    return answerRefused(tx, withdrawal, taken, landingWithdrawn(withdrawal.canceled_by).failure);
  }
}

const isAbout = (withdrawal: Withdrawal, change: Change): boolean =>
  withdrawal.project_id === change.projectId && withdrawal.workflow_id === change.workflowId;

const changeUnknown = failure('conflict', 'change_unknown', 'Unknown change in this workflow.');

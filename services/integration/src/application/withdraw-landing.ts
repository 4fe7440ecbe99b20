import type { PayloadOf, withdrawLanding } from '@ymera/contracts';
import { failure } from '@ymera/kernel';
import { withdrawn, type Change } from '../domain/change';
import { landingWithdrawn } from '../domain/landing';
import { answerLanded, answerRefused, type LandingAnswer } from './answer-landing';
import { candidateOf, projectNotFound, type LandChangeDependencies } from './land-change';
import type { IntegrationTransaction } from './ports';

type Withdrawal = PayloadOf<typeof withdrawLanding>;

/**
 * Takes an order to land back, because its run is to be canceled: what waits is removed, and what arrives later is refused.
 *
 * It is always answered, also when no order is known, and it asks git: a branch may have moved without anybody having said
 * so, and one that is moving still is waited for. Only this way can whoever canceled the run stop asking.
 */
export class WithdrawLanding {
  constructor(private readonly use: Omit<LandChangeDependencies, 'tracing'>) {}

  /** Undefined when this message was taken before. */
  execute(messageId: string, withdrawal: Withdrawal): Promise<LandingAnswer | undefined> {
    const { unitOfWork, underWay } = this.use;
    return underWay.inTurn(withdrawal.project_id, () =>
      unitOfWork.run(async (tx) => {
        if (!(await tx.inbox.accept('integration.withdraw_landing', messageId))) return undefined;
        return this.take(tx, withdrawal);
      }),
    );
  }

  private async take(tx: IntegrationTransaction, withdrawal: Withdrawal): Promise<LandingAnswer> {
    const { branches, clock } = this.use;
    await tx.projects.lock(withdrawal.project_id);
    const project = await tx.projects.find(withdrawal.project_id);
    if (!project) return answerRefused(tx, withdrawal, undefined, projectNotFound(withdrawal.project_id));
    const change = await tx.changes.find(withdrawal.change_id);
    if (!change || !isAbout(withdrawal, change))
      return answerRefused(tx, withdrawal, undefined, changeUnknown);
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

const changeUnknown = failure('conflict', 'change_unknown', 'No such change was made in this run.');

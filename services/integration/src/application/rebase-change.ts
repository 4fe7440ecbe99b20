import type { PayloadOf, remakeChange } from '@ymera/contracts';
import { err, ok, type Result } from '@ymera/kernel';
import { rebasedChangeIdOf, type Change } from '../domain/change';
import { mergeRefusal, refusal, type ChangeRefusal } from '../domain/change-policy';
import { commitIdentity } from '../domain/commit-identity';
import { announceChange, announceRefusal } from './announce-change';
import { judged, type Applied, type CreateCommitDependencies } from './create-commit';
import type { CommitBuilder } from './ports';

type Order = PayloadOf<typeof remakeChange>;

/**
 * Makes a change again on the head that the branch has moved to, by a merge without conflicts, or says what stands in
 * the way. The result is a change like any other: nothing that was said about the first one holds for it.
 *
 * git first, database second, as when it was first made: the same change on the same head gives the same commit.
 */
export class RebaseChange {
  constructor(private readonly use: Omit<CreateCommitDependencies, 'patchFiles'>) {}

  /** Undefined when this message was taken before. */
  async execute(messageId: string, order: Order): Promise<Result<Change, ChangeRefusal> | undefined> {
    const changeId = rebasedChangeIdOf(order.change_id, order.onto);
    const recorded = await this.use.unitOfWork.run((tx) => tx.changes.find(changeId));
    const outcome = recorded ? ok(recorded) : await this.build(changeId, order);
    return this.use.unitOfWork.run(async (tx) => {
      if (!(await tx.inbox.accept('integration.remake_change', messageId))) return undefined;
      const first = await tx.changes.find(changeId);
      if (first) return ok(await announceChange(tx.outbox, order, first));
      if (!outcome.ok) {
        await announceRefusal(tx.outbox, { changeId, base: order.onto }, order, outcome.error);
        return outcome;
      }
      await tx.changes.insert(outcome.value);
      return ok(await announceChange(tx.outbox, order, outcome.value));
    });
  }

  private async build(changeId: string, order: Order): Promise<Result<Change, ChangeRefusal>> {
    const source = await this.use.unitOfWork.run((tx) => tx.changes.find(order.change_id));
    if (!source || !isAbout(order, source))
      return err(refusal('change_unknown', 'No such change was made in this run.'));
    const bench = await this.use.commitBuilders.open(order.project_id, order.onto);
    if (!bench) return err(refusal('base_unknown', `The project has no commit ${order.onto}.`));
    try {
      const merged = await this.merged(bench, source);
      if (!merged.ok) return merged;
      const { requestId, taskId, attempt, agentId } = source;
      const about = { requestId, taskId, attempt, agentId, title: order.title, madeFrom: source.commit };
      const made = await bench.commit(commitIdentity(about, bench.baseTime));
      await bench.keep(changeId, made.commit);
      return ok({
        ...source,
        ...made,
        changeId,
        base: order.onto,
        ...merged.value,
        madeFrom: source.changeId,
        state: 'materialised',
        version: 1,
        createdAt: this.use.clock.now(),
        landedAt: undefined,
        withdrawnBy: undefined,
      });
    } finally {
      await bench.close();
    }
  }

  private async merged(bench: CommitBuilder, source: Change): Promise<Result<Applied, ChangeRefusal>> {
    const merged = await bench.merge(source.commit);
    if (!merged.ok) return err(mergeRefusal(merged.error));
    const judgement = await judged(bench, this.use.limits);
    if (judgement.ok || judgement.error.failure.code !== 'change_empty') return judgement;
    return err(refusal('change_empty', 'What has landed meanwhile holds this change already.'));
  }
}

const isAbout = (order: Order, source: Change): boolean =>
  source.projectId === order.project_id &&
  source.workflowId === order.workflow_id &&
  source.taskId === order.task_id &&
  source.attempt === order.attempt &&
  source.agentId === order.agent_id;

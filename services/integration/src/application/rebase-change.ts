import type { PayloadOf, remakeChange } from '@ymera/contracts';
import { err, ok, type Result } from '@ymera/kernel';
import { rebasedChangeIdOf, type Change } from '../domain/change';
import { mergeRefusal, refusal, type ChangeRefusal } from '../domain/change-policy';
import type { CreateCommitDependencies } from './create-commit';
import { commitOn, produceCommit } from './produce-commit';

type Order = PayloadOf<typeof remakeChange>;

/**
 * Makes a change again on the head that the branch has moved to, by a merge without conflicts, or says what stands in
 * the way. The result is a change like any other: nothing that was said about the first one holds for it.
 */
export class RebaseChange {
  constructor(private readonly use: Omit<CreateCommitDependencies, 'patchFiles'>) {}

  /** Undefined when this message was handled before. */
  async execute(messageId: string, order: Order): Promise<Result<Change, ChangeRefusal> | undefined> {
    const changeId = rebasedChangeIdOf(order.change_id, order.onto);
    return produceCommit(
      this.use.unitOfWork,
      { consumer: 'integration.remake_change', messageId, changeId, base: order.onto, about: order },
      () => this.build(changeId, order),
    );
  }

  private async build(changeId: string, order: Order): Promise<Result<Change, ChangeRefusal>> {
    const source = await this.use.unitOfWork.run((tx) => tx.changes.find(order.change_id));
    if (!source || !isAbout(order, source))
      return err(refusal('change_unknown', 'No such change was made in this run.'));
    const { requestId, taskId, attempt, agentId } = source;
    const about = { requestId, taskId, attempt, agentId, title: order.title, madeFrom: source.commit };
    const to = { projectId: order.project_id, base: order.onto, changeId, about };
    const made = await commitOn(this.use, to, async (bench) => {
      const merged = await bench.merge(source.commit);
      return merged.ok ? ok(undefined) : err(mergeRefusal(merged.error));
    });
    if (!made.ok)
      return made.error.failure.code === 'change_empty'
        ? err(refusal('change_empty', 'What has landed meanwhile holds this change already.'))
        : made;
    return ok({
      ...source,
      ...made.value,
      changeId,
      base: order.onto,
      madeFrom: source.changeId,
      state: 'materialised',
      version: 1,
      createdAt: this.use.clock.now(),
      landedAt: undefined,
      withdrawnBy: undefined,
    });
  }
}

const isAbout = (order: Order, source: Change): boolean =>
  source.projectId === order.project_id &&
  source.workflowId === order.workflow_id &&
  source.taskId === order.task_id &&
  source.attempt === order.attempt &&
  source.agentId === order.agent_id;

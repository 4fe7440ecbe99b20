import type { materialiseChange, PayloadOf } from '@ymera/contracts';
import { err, ok, sha256Hex, type Clock, type Result } from '@ymera/kernel';
import { changeIdOf, type Change } from '../domain/change';
import {
  checkPatchedPaths,
  checkProposedTree,
  refusal,
  type ChangeLimits,
  type ChangeRefusal,
} from '../domain/change-policy';
import { commitIdentity } from '../domain/commit-identity';
import { announceChange, announceRefusal } from './announce-change';
import type { IntegrationUnitOfWork, Workbench, Workbenches } from './ports';

type Order = PayloadOf<typeof materialiseChange>;

export interface MaterialiseChangeDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly workbenches: Workbenches;
  readonly clock: Clock;
  readonly limits: ChangeLimits;
}

/**
 * Makes a commit of what an agent proposes, or says why not.
 *
 * git first, database second: the commit and the ref that keeps it alive are a function of the attempt, so a process
 * that dies before the transaction commits has left what the redelivery makes again, byte for byte, and nobody was told. The
 * other way round the world could hear of a commit that does not exist.
 */
export class MaterialiseChange {
  constructor(private readonly use: MaterialiseChangeDependencies) {}

  /** Undefined when this message was taken before. */
  async execute(messageId: string, order: Order): Promise<Result<Change, ChangeRefusal> | undefined> {
    const changeId = changeIdOf(order.task_id, order.attempt);
    const recorded = await this.use.unitOfWork.run((tx) => tx.changes.find(changeId));
    const outcome = recorded ? ok(recorded) : await this.build(changeId, order);
    return this.use.unitOfWork.run(async (tx) => {
      if (!(await tx.inbox.accept('integration.materialise_change', messageId))) return undefined;
      // The first answer about an attempt is the only one, whatever a later order for it holds.
      const first = await tx.changes.find(changeId);
      if (first) return ok(await announceChange(tx.outbox, order, first));
      if (!outcome.ok) {
        await announceRefusal(tx.outbox, { changeId, base: order.base }, order, outcome.error);
        return outcome;
      }
      await tx.changes.insert(outcome.value);
      return ok(await announceChange(tx.outbox, order, outcome.value));
    });
  }

  private async build(changeId: string, order: Order): Promise<Result<Change, ChangeRefusal>> {
    const { base, patch } = order.change;
    const project = await this.use.unitOfWork.run((tx) => tx.projects.find(order.project_id));
    if (!project) return err(refusal('project_not_found', `There is no project ${order.project_id}.`));
    if (base !== order.base)
      return err(
        refusal('base_mismatch', `The change is against ${base}, the task was about ${order.base}.`),
      );
    if (patch.trim() === '') return err(refusal('change_empty', 'The patch is empty.'));
    const bench = await this.use.workbenches.open(order.project_id, base);
    if (!bench) return err(refusal('base_unknown', `The project has no commit ${base}.`));
    try {
      const files = await this.applied(bench, patch);
      if (!files.ok) return files;
      const identity = commitIdentity(
        {
          requestId: order.request_id,
          taskId: order.task_id,
          attempt: order.attempt,
          agentId: order.agent_id,
          title: order.title,
        },
        bench.baseTime,
      );
      const made = await bench.commit(identity);
      await bench.keep(changeId, made.commit);
      return ok(newChange(changeId, order, { ...made, files: files.value }, this.use.clock.now()));
    } finally {
      await bench.close();
    }
  }

  /** The number of changed files. */
  private async applied(bench: Workbench, patch: string): Promise<Result<number, ChangeRefusal>> {
    const paths = await bench.pathsOf(patch);
    if (!paths.ok) return err(refusal(paths.error.code, paths.error.message, paths.error.files));
    const early = checkPatchedPaths(paths.value, this.use.limits);
    if (early) return err(early);
    const applied = await bench.apply(patch);
    if (!applied.ok) return err(refusal(applied.error.code, applied.error.message, applied.error.files));
    const tree = await bench.proposedTree();
    const refused = checkProposedTree(tree, this.use.limits);
    return refused ? err(refused) : ok(tree.entries.length);
  }
}

function newChange(
  changeId: string,
  order: Order,
  made: Pick<Change, 'commit' | 'tree' | 'files'>,
  now: Date,
): Change {
  return {
    changeId,
    projectId: order.project_id,
    workflowId: order.workflow_id,
    requestId: order.request_id,
    stepId: order.step_id,
    taskId: order.task_id,
    attempt: order.attempt,
    agentId: order.agent_id,
    base: order.base,
    ...made,
    patchDigest: `sha256:${sha256Hex(order.change.patch)}`,
    reverts: undefined,
    madeFrom: undefined,
    state: 'materialised',
    version: 1,
    createdAt: now,
    landedAt: undefined,
    withdrawnBy: undefined,
  };
}

import type { Finding, materialiseChange, PayloadOf } from '@ymera/contracts';
import { err, ok, sha256Hex, type Clock, type Result } from '@ymera/kernel';
import { changeIdOf, type Change } from '../domain/change';
import { changeNotices } from '../domain/change-notices';
import {
  checkPatchedPaths,
  checkPatchSize,
  checkProposedTree,
  refusal,
  type ChangeLimits,
  type ChangeRefusal,
} from '../domain/change-policy';
import { commitIdentity } from '../domain/commit-identity';
import { announceChange, announceRefusal } from './announce-change';
import type { IntegrationUnitOfWork, Patch, PatchFiles, CommitBuilder, CommitBuilders } from './ports';

type Order = PayloadOf<typeof materialiseChange>;

export interface CreateCommitDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly commitBuilders: CommitBuilders;
  readonly patchFiles: PatchFiles;
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
export class CreateCommit {
  constructor(private readonly use: CreateCommitDependencies) {}

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
    const { change } = order;
    const { base } = change;
    const project = await this.use.unitOfWork.run((tx) => tx.projects.find(order.project_id));
    if (!project) return err(refusal('project_not_found', `There is no project ${order.project_id}.`));
    if (base !== order.base)
      return err(
        refusal('base_mismatch', `The change is against ${base}, the task was about ${order.base}.`),
      );
    const sizeBytes = 'patch' in change ? Buffer.byteLength(change.patch) : change.size_bytes;
    const tooLarge = checkPatchSize(sizeBytes, this.use.limits);
    if (tooLarge) return err(tooLarge);
    if ('patch' in change) {
      if (change.patch.trim() === '') return err(refusal('change_empty', 'The patch is empty.'));
      return this.committed(changeId, order, change.patch, `sha256:${sha256Hex(change.patch)}`);
    }
    const file = await this.use.patchFiles.open(change.digest, sizeBytes);
    if (!file)
      return err(
        refusal('artefact_not_found', `No artefact ${change.digest} of ${sizeBytes} bytes is kept here.`),
      );
    try {
      return await this.committed(changeId, order, file, change.digest);
    } finally {
      await file.close();
    }
  }

  private async committed(
    changeId: string,
    order: Order,
    patch: Patch,
    patchDigest: string,
  ): Promise<Result<Change, ChangeRefusal>> {
    const bench = await this.use.commitBuilders.open(order.project_id, order.base);
    if (!bench) return err(refusal('base_unknown', `The project has no commit ${order.base}.`));
    try {
      const applied = await this.applied(bench, patch);
      if (!applied.ok) return applied;
      const { task_id: taskId, attempt, agent_id: agentId, title, request_id: requestId } = order;
      const identity = commitIdentity({ requestId, taskId, attempt, agentId, title }, bench.baseTime);
      const made = await bench.commit(identity);
      await bench.keep(changeId, made.commit);
      return ok(newChange(changeId, order, { ...made, ...applied.value, patchDigest }, this.use.clock.now()));
    } finally {
      await bench.close();
    }
  }

  private async applied(bench: CommitBuilder, patch: Patch): Promise<Result<Applied, ChangeRefusal>> {
    const paths = await bench.pathsOf(patch);
    if (!paths.ok) return err(refusal(paths.error.code, paths.error.message, paths.error.files));
    const early = checkPatchedPaths(paths.value, this.use.limits);
    if (early) return err(early);
    const applied = await bench.apply(patch);
    if (!applied.ok) return err(refusal(applied.error.code, applied.error.message, applied.error.files));
    return judged(bench, this.use.limits);
  }
}

export interface Applied {
  /** The number of changed files. */
  readonly files: number;
  readonly findings: readonly Finding[];
}

/** What is on the commitBuilder, once a patch was applied or a commit merged. */
export async function judged(
  bench: CommitBuilder,
  limits: ChangeLimits,
): Promise<Result<Applied, ChangeRefusal>> {
  const tree = await bench.proposedTree();
  const refused = checkProposedTree(tree, limits);
  return refused ? err(refused) : ok({ files: tree.entries.length, findings: changeNotices(tree) });
}

function newChange(
  changeId: string,
  order: Order,
  made: Pick<Change, 'commit' | 'tree' | 'files' | 'findings' | 'patchDigest'>,
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
    reverts: undefined,
    madeFrom: undefined,
    state: 'materialised',
    version: 1,
    createdAt: now,
    landedAt: undefined,
    withdrawnBy: undefined,
  };
}

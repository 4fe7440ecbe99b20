import type { materialiseChange, PayloadOf } from '@ymera/contracts';
import { err, ok, sha256Hex, type Clock, type Result } from '@ymera/kernel';
import { changeIdOf, type Change } from '../domain/change';
import {
  checkPatchedPaths,
  checkPatchSize,
  refusal,
  type ChangeLimits,
  type ChangeRefusal,
} from '../domain/change-policy';
import type { IntegrationUnitOfWork, Patch, PatchFiles, CommitBuilder, CommitBuilders } from './ports';
import { commitOn, produceCommit, type MadeCommit } from './produce-commit';

type Order = PayloadOf<typeof materialiseChange>;

export interface CreateCommitDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly commitBuilders: CommitBuilders;
  readonly patchFiles: PatchFiles;
  readonly clock: Clock;
  readonly limits: ChangeLimits;
}

/** Makes a commit of what an agent proposes, or says why not. */
export class CreateCommit {
  constructor(private readonly use: CreateCommitDependencies) {}

  /** Undefined when this message was handled before. */
  async execute(messageId: string, order: Order): Promise<Result<Change, ChangeRefusal> | undefined> {
    const changeId = changeIdOf(order.task_id, order.attempt);
    return produceCommit(
      this.use.unitOfWork,
      {
        consumer: 'integration.materialise_change',
        messageId,
        changeId,
        base: order.base,
        about: order,
      },
      () => this.build(changeId, order),
    );
  }

  private async build(changeId: string, order: Order): Promise<Result<Change, ChangeRefusal>> {
    const { change } = order;
    const { base } = change;
    const project = await this.use.unitOfWork.run((tx) => tx.projects.find(order.project_id));
    if (!project) return err(refusal('project_not_found', `Unknown project ${order.project_id}.`));
    if (base !== order.base)
      return err(refusal('base_mismatch', `The change is based on ${base}, but the task on ${order.base}.`));
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
        refusal('artefact_not_found', `No artefact ${change.digest} of ${sizeBytes} bytes is stored.`),
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
    const { task_id: taskId, attempt, agent_id: agentId, title, request_id: requestId } = order;
    const about = { requestId, taskId, attempt, agentId, title };
    const { project_id: projectId, base } = order;
    const made = await commitOn(this.use, { projectId, base, changeId, about }, (bench) =>
      this.applied(bench, patch),
    );
    return made.ok
      ? ok(newChange(changeId, order, { ...made.value, patchDigest }, this.use.clock.now()))
      : made;
  }

  private async applied(bench: CommitBuilder, patch: Patch): Promise<Result<void, ChangeRefusal>> {
    const paths = await bench.pathsOf(patch);
    if (!paths.ok) return err(refusal(paths.error.code, paths.error.message, paths.error.files));
    const early = checkPatchedPaths(paths.value, this.use.limits);
    if (early) return err(early);
    const applied = await bench.apply(patch);
    if (!applied.ok) return err(refusal(applied.error.code, applied.error.message, applied.error.files));
    return ok(undefined);
  }
}

function newChange(
  changeId: string,
  order: Order,
  made: MadeCommit & Pick<Change, 'patchDigest'>,
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

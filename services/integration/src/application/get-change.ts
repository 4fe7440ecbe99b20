import type { ChangeResource, getChange, PayloadOf } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import type { ChangeReader, IntegrationUnitOfWork } from './ports';

export interface GetChangeDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly reader: ChangeReader;
}

export class GetChange {
  constructor(private readonly use: GetChangeDependencies) {}

  async execute({ change_id }: PayloadOf<typeof getChange>): Promise<Result<ChangeResource>> {
    const change = await this.use.unitOfWork.run((tx) => tx.changes.find(change_id));
    if (!change) return err(failure('not_found', 'change_not_found', `Unknown change ${change_id}.`));
    const { files, diff } = await this.use.reader.read(change);
    return ok({
      change_id,
      project_id: change.projectId,
      workflow_id: change.workflowId,
      step_id: change.stepId,
      attempt: change.attempt,
      agent_id: change.agentId,
      base: change.base,
      commit: change.commit,
      tree: change.tree,
      state: change.state,
      files: [...files],
      diff,
      created_at: change.createdAt.toISOString(),
      ...(change.reverts === undefined ? {} : { reverts: change.reverts }),
    });
  }
}

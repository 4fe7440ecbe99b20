import type { listWorkflows, PayloadOf, ReplyOf } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { workflowView, type WorkflowView } from '../domain/workflow-view';
import type { OrchestratorUnitOfWork } from './ports';

export class ReadWorkflows {
  constructor(private readonly unitOfWork: OrchestratorUnitOfWork) {}

  async one(workflowId: string): Promise<Result<WorkflowView>> {
    return this.unitOfWork.run(async (tx) => {
      const run = await tx.runs.find(workflowId);
      if (!run) return err(failure('not_found', 'workflow_not_found', 'There is no such workflow.'));
      return ok(workflowView(run, await tx.attempts.progressOf([workflowId])));
    });
  }

  async page(filter: PayloadOf<typeof listWorkflows>): Promise<Result<ReplyOf<typeof listWorkflows>>> {
    return this.unitOfWork.run(async (tx) => {
      const { items, nextCursor } = await tx.runs.page(filter);
      const progress = await tx.attempts.progressOf(items.map(({ definition }) => definition.workflow_id));
      return ok({ items: items.map((run) => workflowView(run, progress)), next_cursor: nextCursor });
    });
  }
}

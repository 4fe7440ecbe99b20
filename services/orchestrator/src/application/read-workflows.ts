import { type listWorkflows, pageCursor, type PayloadOf, type ReplyOf, uuid } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { workflowView, type WorkflowView } from '../domain/workflow/workflow-view';
import type { OrchestratorUnitOfWork } from './ports';

const cursors = pageCursor('workflows', uuid);

export class ReadWorkflows {
  constructor(private readonly unitOfWork: OrchestratorUnitOfWork) {}

  async one(workflowId: string): Promise<Result<WorkflowView>> {
    return this.unitOfWork.run(async (tx) => {
      const workflow = await tx.runs.find(workflowId);
      if (!workflow) return err(failure('not_found', 'workflow_not_found', 'This workflow does not exist.'));
      return ok(workflowView(workflow, await tx.attempts.progressOf([workflowId])));
    });
  }

  async page({
    state,
    cursor,
    limit,
  }: PayloadOf<typeof listWorkflows>): Promise<Result<ReplyOf<typeof listWorkflows>>> {
    const before = cursors.decode(cursor);
    if (!before.ok) return before;
    return this.unitOfWork.run(async (tx) => {
      const found = await tx.runs.page({ state, before: before.value, limit: limit + 1 });
      const page = cursors.page(found, limit, ({ definition }) => definition.workflow_id);
      const ids = page.items.map(({ definition }) => definition.workflow_id);
      const progress = await tx.attempts.progressOf(ids);
      return ok({ ...page, items: page.items.map((workflow) => workflowView(workflow, progress)) });
    });
  }
}

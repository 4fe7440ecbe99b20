import { Controller, Inject } from '@nestjs/common';
import { type PayloadOf, workflowCanceled, workflowCompleted, workflowFailed } from '@ymera/contracts';
import { OnEvent, type Received } from '@ymera/messaging';
import { HandleWorkflowEnd } from '../../application/handle-workflow-end';

@Controller()
export class WorkflowsController {
  constructor(@Inject(HandleWorkflowEnd) private readonly workflows: HandleWorkflowEnd) {}

  @OnEvent(workflowCompleted)
  completed({ id, payload }: Received<PayloadOf<typeof workflowCompleted>>): Promise<void> {
    return this.workflows.ended(id, { requestId: payload.request_id, state: 'completed' });
  }

  @OnEvent(workflowFailed)
  failed({ id, payload }: Received<PayloadOf<typeof workflowFailed>>): Promise<void> {
    return this.workflows.ended(id, { requestId: payload.request_id, state: 'failed', error: payload.error });
  }

  @OnEvent(workflowCanceled)
  canceled({ id, payload }: Received<PayloadOf<typeof workflowCanceled>>): Promise<void> {
    return this.workflows.ended(id, { requestId: payload.request_id, state: 'canceled' });
  }
}

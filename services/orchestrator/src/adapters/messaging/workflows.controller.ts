import { Controller, Inject } from '@nestjs/common';
import {
  cancelWorkflow,
  getWorkflow,
  listWorkflows,
  resolveGate,
  resolveGateV1,
  startWorkflow,
  type PayloadOf,
  type ReplyOf,
} from '@ymera/contracts';
import type { Result } from '@ymera/kernel';
import { OnCommand, OnQuery, type Received } from '@ymera/messaging';
import { ReadWorkflows } from '../../application/read-workflows';
import { WorkflowControl } from '../../application/workflow-control';
import { WorkflowEngine } from '../../application/workflow-engine';

@Controller()
export class WorkflowsController {
  constructor(
    @Inject(WorkflowEngine) private readonly engine: WorkflowEngine,
    @Inject(WorkflowControl) private readonly control: WorkflowControl,
    @Inject(ReadWorkflows) private readonly reading: ReadWorkflows,
  ) {}

  @OnCommand(startWorkflow)
  start({ id, payload }: Received<PayloadOf<typeof startWorkflow>>): Promise<void> {
    return this.engine.start(payload, { consumer: 'orchestrator.start_workflow', messageId: id });
  }

  @OnCommand(resolveGate)
  resolveGate({ id, payload }: Received<PayloadOf<typeof resolveGate>>): Promise<void> {
    return this.control.resolveGate(id, payload);
  }

  @OnCommand(resolveGateV1)
  resolveGateV1({ id, payload }: Received<PayloadOf<typeof resolveGateV1>>): Promise<void> {
    return this.control.resolveGate(id, payload);
  }

  @OnCommand(cancelWorkflow)
  cancel({ id, payload }: Received<PayloadOf<typeof cancelWorkflow>>): Promise<void> {
    return this.control.cancel(id, payload);
  }

  @OnQuery(getWorkflow)
  one({ workflow_id }: PayloadOf<typeof getWorkflow>): Promise<Result<ReplyOf<typeof getWorkflow>>> {
    return this.reading.one(workflow_id);
  }

  @OnQuery(listWorkflows)
  page(filter: PayloadOf<typeof listWorkflows>): Promise<Result<ReplyOf<typeof listWorkflows>>> {
    return this.reading.page(filter);
  }
}

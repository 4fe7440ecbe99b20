import type { WorkflowDefinition } from '../domain/workflow';
import type { WorkflowEngine } from './workflow-engine';

/** An order to run a plan; the same workflow id runs once. */
export class StartWorkflow {
  constructor(private readonly engine: WorkflowEngine) {}

  async execute(messageId: string, definition: WorkflowDefinition): Promise<void> {
    await this.engine.start(definition, { consumer: 'orchestrator.start_workflow', messageId });
  }
}

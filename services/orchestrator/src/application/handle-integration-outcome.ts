import type {
  changeLanded,
  changeMaterialised,
  changeRefused,
  landingRefused,
  PayloadOf,
} from '@ymera/contracts';
import type { WorkflowEvent } from '../domain/workflow/workflow-event';
import type { WorkflowEngine } from './workflow-engine';

/** Handles the answers of integration to a workflow's orders. */
export class HandleIntegrationOutcome {
  constructor(private readonly engine: WorkflowEngine) {}

  committed(messageId: string, change: PayloadOf<typeof changeMaterialised>): Promise<void> {
    return this.follow(messageId, change.workflow_id, { kind: 'change_materialised', change });
  }

  refused(messageId: string, refusal: PayloadOf<typeof changeRefused>): Promise<void> {
    return this.follow(messageId, refusal.workflow_id, { kind: 'change_refused', refusal });
  }

  landed(messageId: string, landed: PayloadOf<typeof changeLanded>): Promise<void> {
    return this.follow(messageId, landed.workflow_id, { kind: 'change_landed', landed });
  }

  landingRefused(messageId: string, refusal: PayloadOf<typeof landingRefused>): Promise<void> {
    return this.follow(messageId, refusal.workflow_id, { kind: 'landing_refused', refusal });
  }

  private async follow(messageId: string, workflowId: string, event: WorkflowEvent): Promise<void> {
    await this.engine.advance({
      once: { consumer: `orchestrator.${event.kind}`, messageId },
      workflowId,
      event: () => event,
    });
  }
}

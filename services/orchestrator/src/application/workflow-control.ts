import type { cancelWorkflow, PayloadOf } from '@ymera/contracts';
import { failure, FailureException } from '@ymera/kernel';
import type { GateDecision } from '../domain/workflow/workflow-event';
import type { WorkflowEngine } from './workflow-engine';

/** Handles people's decisions about a workflow. */
export class WorkflowControl {
  constructor(private readonly engine: WorkflowEngine) {}

  async resolveGate(messageId: string, decision: GateDecision): Promise<void> {
    await this.engine.advance({
      once: { consumer: 'orchestrator.resolve_gate', messageId },
      workflowId: async (tx) => {
        await tx.gates.remember(decision);
        return decision.workflow_id;
      },
      event: () => ({ kind: 'gate_decided', decision }),
      unknown: retryAfter,
    });
  }

  async cancel(messageId: string, order: PayloadOf<typeof cancelWorkflow>): Promise<void> {
    await this.engine.advance({
      once: { consumer: 'orchestrator.cancel_workflow', messageId },
      workflowId: order.workflow_id,
      event: () => ({ kind: 'cancel_requested', by: order.canceled_by, reason: order.reason }),
      unknown: retryAfter,
    });
  }
}

/** A command may overtake the one that starts the workflow, so an unknown workflow may be known a moment later. */
async function retryAfter(): Promise<never> {
  throw new FailureException(
    failure('not_found', 'workflow_not_found', 'This workflow does not exist yet.', { retryable: true }),
  );
}

import type { cancelWorkflow, PayloadOf } from '@ymera/contracts';
import { failure, FailureException } from '@ymera/kernel';
import type { GateDecision } from '../domain/run-event';
import type { RunEngine } from './run-engine';

/** What people decide about a run. */
export class SteerWorkflow {
  constructor(private readonly engine: RunEngine) {}

  async resolveGate(messageId: string, decision: GateDecision): Promise<void> {
    await this.engine.advance({
      once: { consumer: 'orchestrator.resolve_gate', messageId },
      workflowId: async (tx) => {
        await tx.gates.remember(decision);
        return decision.workflow_id;
      },
      event: () => ({ kind: 'gate_decided', decision }),
      unknown: comeAgain,
    });
  }

  async cancel(messageId: string, order: PayloadOf<typeof cancelWorkflow>): Promise<void> {
    await this.engine.advance({
      once: { consumer: 'orchestrator.cancel_workflow', messageId },
      workflowId: order.workflow_id,
      event: () => ({ kind: 'cancel_requested', by: order.canceled_by, reason: order.reason }),
      unknown: comeAgain,
    });
  }
}

/** A command may overtake the one that starts the run, so an unknown run may be known a moment later. */
async function comeAgain(): Promise<never> {
  throw new FailureException(
    failure('not_found', 'workflow_not_found', 'There is no such run yet.', { retryable: true }),
  );
}

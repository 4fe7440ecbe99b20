import { isStorable } from '@ymera/kernel';
import {
  resultRefused,
  type PayloadOf,
  type result,
  type taskAccepted,
  type taskDeclined,
} from '@ymera/contracts';
import { keyOf } from '../domain/attempt/task-message';
import type { Claim, WorkflowEvent } from '../domain/workflow/workflow-event';
import type { MarkAgentResponsive } from './mark-agent-responsive';
import type { OrchestratorMetrics, SanctionStatus, Transaction } from './ports';
import type { WorkflowEngine } from './workflow-engine';

type Spoken = PayloadOf<typeof taskAccepted>;
type Unresolved = Omit<Claim, 'credentialEpoch'>;

/**
 * Handles results of agents for the attempts they hold. Deduplicated by the attempt's own key, because agents choose
 * message ids; the sender is the principal that the broker validated.
 */
export class HandleTaskResult {
  constructor(
    private readonly engine: WorkflowEngine,
    private readonly hearing: MarkAgentResponsive,
    private readonly metrics: OrchestratorMetrics,
  ) {}

  accepted(principalId: string, message: Spoken): Promise<void> {
    return this.take(principalId, message, (claim) => ({ kind: 'task_accepted', claim }));
  }

  declined(principalId: string, message: PayloadOf<typeof taskDeclined>): Promise<void> {
    const { code, message: why } = message;
    return this.take(principalId, message, (claim) => ({ kind: 'task_declined', claim, code, message: why }));
  }

  ended(principalId: string, message: PayloadOf<typeof result>): Promise<void> {
    return this.take(
      principalId,
      message,
      (claim) => ({ kind: 'task_ended', claim, result: withReadableChange(message) }),
      (tx) => this.refuseUnknown(tx, principalId, message),
    );
  }

  private async take(
    principalId: string,
    message: Spoken,
    eventOf: (claim: Claim) => WorkflowEvent,
    unknown?: (tx: Transaction) => Promise<void>,
  ): Promise<void> {
    const claim = claimOf(principalId, message);
    let standing: SanctionStatus | undefined;
    await this.engine.advance({
      workflowId: (tx) => tx.attempts.workflowOf(claim.taskId),
      event: async (_, tx) => {
        standing = await tx.directory.accessOf(claim.agentId);
        return eventOf({ ...claim, credentialEpoch: standing?.credentialEpoch });
      },
      ...(unknown ? { unknown } : {}),
    });
    await this.hearing.markResponsive(claim, standing);
  }

  private async refuseUnknown(tx: Transaction, principalId: string, message: Spoken): Promise<void> {
    this.metrics.resultRefused('unknown_task');
    await tx.outbox.toAgent(resultRefused, principalId, {
      ...keyOf(claimOf(principalId, message)),
      error: { code: 'unknown_task', message: 'This attempt does not exist.', retryable: false },
    });
  }
}

/** Other texts get a replacement character for one that cannot be stored; that would alter a change. */
function withReadableChange(message: PayloadOf<typeof result>): PayloadOf<typeof result> {
  if (message.change === undefined || isStorable(message.change)) return message;
  return {
    ...message,
    change: undefined,
    outcome: 'failed',
    error: {
      code: 'change_unreadable',
      message:
        'The change contains characters that are not valid text. Send binary files as a git binary patch.',
      retryable: false,
    },
  };
}

const claimOf = (principalId: string, message: Spoken): Unresolved => ({
  agentId: message.agent_id,
  principalId,
  taskId: message.task_id,
  attempt: message.attempt,
  fencingToken: message.fencing_token,
});

import { cancel, taskProgressed, type log, type PayloadOf, type progress } from '@ymera/contracts';
import { storable, type Clock } from '@ymera/kernel';
import { fenced } from '../domain/attempt/check-claim';
import { keyOf } from '../domain/attempt/task-message';
import type { MarkAgentResponsive } from './mark-agent-responsive';
import type {
  Heartbeat,
  OrchestratorMetrics,
  OrchestratorUnitOfWork,
  WorkflowTracing,
  SanctionStatus,
  Transaction,
} from './ports';

/** Enough for a progress bar; more often would only be load. */
const publishEveryMs = 250;

interface Dependencies {
  readonly unitOfWork: OrchestratorUnitOfWork;
  readonly clock: Clock;
  readonly leaseMs: number;
  readonly tracing: WorkflowTracing;
  readonly hearing: MarkAgentResponsive;
  readonly metrics: OrchestratorMetrics;
}

/**
 * The hot path: progress extends the lease in the attempt store and never touches the workflow. An agent that works on
 * an attempt that was taken from it is canceled.
 */
export class ExtendLease {
  constructor(private readonly deps: Dependencies) {}

  async progressed(principalId: string, message: PayloadOf<typeof progress>): Promise<void> {
    const now = this.deps.clock.now().getTime();
    const heartbeat: Heartbeat = {
      agentId: message.agent_id,
      principalId,
      taskId: message.task_id,
      attempt: message.attempt,
      fencingToken: message.fencing_token,
      progress: message.progress,
      step: storable(message.step),
      leaseExpiresAt: now + this.deps.leaseMs,
      now,
      publishEveryMs,
    };
    const standing = await this.deps.unitOfWork.run(async (tx) => {
      const beaten = await tx.attempts.extendLease(heartbeat);
      if (!beaten) return this.refuseHeartbeat(tx, heartbeat);
      const { fact, workflowId, requestId, projectId, stepId, traceparent } = beaten;
      if (fact === undefined) return undefined;
      await this.deps.tracing.within(traceparent, 'task progressed', () =>
        tx.outbox.event(taskProgressed, {
          aggregateId: heartbeat.taskId,
          aggregateVersion: fact,
          payload: {
            workflow_id: workflowId,
            request_id: requestId,
            project_id: projectId,
            step_id: stepId,
            task_id: heartbeat.taskId,
            attempt: heartbeat.attempt,
            agent_id: heartbeat.agentId,
            progress: heartbeat.progress,
            step: heartbeat.step,
          },
        }),
      );
      return undefined;
    });
    await this.deps.hearing.markResponsive(heartbeat, standing);
  }

  async logged(principalId: string, message: PayloadOf<typeof log>): Promise<void> {
    const { agent_id, task_id, attempt, fencing_token, offset, chunk } = message;
    const key = { agentId: agent_id, principalId, taskId: task_id, attempt, fencingToken: fencing_token };
    await this.deps.unitOfWork.run((tx) => tx.attempts.appendLog(key, { offset, chunk: storable(chunk) }));
  }

  /** The agent's record in the directory, if it is the one that the attempt was taken from. */
  private async refuseHeartbeat(tx: Transaction, heartbeat: Heartbeat): Promise<SanctionStatus | undefined> {
    const state = await tx.attempts.stateOf(heartbeat);
    if (state === undefined) {
      this.deps.metrics.resultRefused('not_holder');
      return undefined;
    }
    if (state === 'lost' || state === 'canceled' || state === 'failed')
      await tx.outbox.toAgent(cancel, heartbeat.principalId, {
        ...keyOf(heartbeat),
        reason: fenced.message,
      });
    return tx.directory.accessOf(heartbeat.agentId);
  }
}

import { startWorkflow, type ErrorShape } from '@ymera/contracts';
import { assertNever, type Clock, type Logger } from '@ymera/kernel';
import type { Ending } from '../domain/request';
import type { Transaction } from './announce-plan';
import { endRequest } from './handle-workflow-end';
import type { CoordinatorUnitOfWork, Directory, WorkflowOrderStore } from './ports';

/** How long, in milliseconds, and how often. */
interface ReconcilePolicy {
  /** Between an order and the first question about it, and between two tries. */
  readonly checkAfterMs: number;
  /** Between two questions about a workflow that the orchestrator has: only the event of its end may be lost. */
  readonly confirmedCheckMs: number;
  /** How often an order is sent again before the request fails. */
  readonly maxRestarts: number;
}

interface Dependencies {
  readonly unitOfWork: CoordinatorUnitOfWork;
  readonly directory: Pick<Directory, 'workflow'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly policy: ReconcilePolicy;
}

const requestsPerPass = 50;

type Due = Awaited<ReturnType<WorkflowOrderStore['takeDue']>>[number];

/**
 * Asks the orchestrator about requests that have been running for some time. A workflow that it never had is ordered again
 * under the same id, which starts it at most once; a workflow that has ended ends its request. So no request stays
 * running because one message was dead-lettered. Several instances may do this at the same time.
 */
export class ReconcileRequests {
  constructor(private readonly use: Dependencies) {}

  async execute(): Promise<void> {
    const { unitOfWork, policy } = this.use;
    const due = await unitOfWork.run((tx) =>
      tx.orders.takeDue(this.in(0), this.in(policy.checkAfterMs), requestsPerPass),
    );
    for (const one of due) await this.check(one);
  }

  private async check({ requestId, workflowId }: Due): Promise<void> {
    const { unitOfWork, directory, logger } = this.use;
    const found = await directory.workflow(workflowId);
    if (!found.ok && found.error.code !== 'workflow_not_found') {
      // Put off already when it was taken.
      logger.warn('running request could not be checked', { request_id: requestId, error: found.error });
      return;
    }
    await unitOfWork.run(async (tx) => {
      if (!found.ok) return this.missing(tx, requestId);
      const { state, error } = found.value;
      switch (state) {
        case 'running':
          return this.confirm(tx, requestId);
        case 'completed':
        case 'failed':
        case 'canceled':
          logger.warn('request ended by reconciliation', { request_id: requestId, state });
          return this.end(tx, requestId, error ? { state, error } : { state });
        default:
          return assertNever(state);
      }
    });
  }

  private async missing(tx: Transaction, requestId: string): Promise<void> {
    const { policy, logger } = this.use;
    const order = await tx.orders.lock(requestId);
    const request = await tx.requests.find(requestId);
    if (!order || request?.state !== 'running') return;
    if (order.isConfirmed) return this.end(tx, requestId, { state: 'failed', error: gone });
    if (!order.payload || order.restarts >= policy.maxRestarts)
      return this.end(tx, requestId, { state: 'failed', error: notStarted(order.restarts) });
    const restarts = order.restarts + 1;
    logger.warn('missing workflow started again', { request_id: requestId, restarts });
    await tx.orders.save({ ...order, restarts, checkAt: this.in(policy.checkAfterMs) });
    await tx.outbox.command(startWorkflow, order.payload);
  }

  private async confirm(tx: Transaction, requestId: string): Promise<void> {
    const order = await tx.orders.lock(requestId);
    if (order)
      await tx.orders.save({
        ...order,
        isConfirmed: true,
        checkAt: this.in(this.use.policy.confirmedCheckMs),
      });
  }

  private end(tx: Transaction, requestId: string, ending: Ending): Promise<void> {
    return endRequest(tx, requestId, ending, this.use.clock.now());
  }

  private in(milliseconds: number): Date {
    return new Date(this.use.clock.now().getTime() + milliseconds);
  }
}

const suggestion =
  'Look at the dead letters of the orchestrator (ymera dlq list), then submit the request again.';

const notStarted = (restarts: number): ErrorShape => ({
  code: 'workflow_not_started',
  message: `The orchestrator has no workflow for the request, also after ${restarts} more order(s).`,
  retryable: true,
  fault: 'platform',
  suggestion,
});

const gone: ErrorShape = {
  code: 'workflow_not_found',
  message: 'The orchestrator had a workflow for the request and has it no more.',
  retryable: false,
  fault: 'platform',
  suggestion,
};

import { cancelWorkflow, type ErrorShape, requestEnded } from '@ymera/contracts';
import { type Clock, err, failure, ok, type Result } from '@ymera/kernel';
import { end, type Ending, refuseWhenEnded, type Request } from '../domain/request';
import type { Transaction } from './announce-plan';
import type { CoordinatorUnitOfWork } from './ports';

export interface WorkflowEnding {
  readonly requestId: string;
  readonly state: Ending['state'];
  readonly error?: ErrorShape | undefined;
}

/** Ends requests when their workflows end, and cancels workflows when their requests are canceled. */
export class HandleWorkflowEnd {
  constructor(
    private readonly unitOfWork: CoordinatorUnitOfWork,
    private readonly clock: Clock,
  ) {}

  async ended(messageId: string, { requestId, state, error }: WorkflowEnding): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      if (!(await tx.inbox.accept('coordinator.workflow_ended', messageId))) return;
      await endRequest(tx, requestId, error ? { state, error } : { state }, this.clock.now());
    });
  }

  /** A request with a workflow ends when the workflow has ended; a request without one (an open question) ends at once. */
  async cancel(requestId: string, by: string, reason: string): Promise<Result<Request>> {
    return this.unitOfWork.run(async (tx) => {
      const found = await tx.requests.find(requestId);
      if (!found) return err(failure('not_found', 'request_not_found', 'Unknown request.'));
      const open = refuseWhenEnded(found);
      if (!open.ok) return open;
      if (found.workflowId !== null) {
        await tx.outbox.command(cancelWorkflow, { workflow_id: found.workflowId, canceled_by: by, reason });
        return ok(found);
      }
      const ended = end(found, { state: 'canceled' }, this.clock.now());
      await tx.requests.update(ended);
      await announceEnd(tx.outbox, ended, by);
      return ok(ended);
    });
  }
}

/** Without effect when the request has ended already. */
export async function endRequest(
  tx: Transaction,
  requestId: string,
  ending: Ending,
  now: Date,
): Promise<void> {
  const request = await tx.requests.find(requestId);
  if (!request) return;
  const ended = end(request, ending, now);
  if (ended === request) return;
  await tx.requests.update(ended);
  await announceEnd(tx.outbox, ended);
}

async function announceEnd(
  outbox: Transaction['outbox'],
  request: Request,
  canceledBy?: string,
): Promise<void> {
  const { state, workflowId, error } = request;
  if (state === 'running' || state === 'input_required') return;
  await outbox.event(requestEnded, {
    aggregateId: request.requestId,
    aggregateVersion: request.version,
    payload: {
      request_id: request.requestId,
      state,
      ...(workflowId === null ? {} : { workflow_id: workflowId }),
      ...(error === null ? {} : { error }),
      ...(canceledBy === undefined ? {} : { canceled_by: canceledBy }),
    },
  });
}

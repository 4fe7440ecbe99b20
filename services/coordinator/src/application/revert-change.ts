import type { PayloadOf, revertChange } from '@ymera/contracts';
import { type Result, truncateEnd } from '@ymera/kernel';
import { planRevert, revertStep } from '../domain/planning';
import type { Request } from '../domain/request';
import { announcePlan, planned } from './announce-plan';
import { earlierRequest, idempotencyOf, insertOnce } from './insert-once';
import { requireAgents } from './require-agents';
import type { SubmitRequestDependencies } from './submit-request';

type Order = PayloadOf<typeof revertChange>;

const maxTitle = 200;

/**
 * Reverts a landed change by a request of its own; integration creates the reverting change before the workflow starts. If the
 * process dies before the request is stored, a change is left over that is never landed.
 */
export class RevertChange {
  constructor(private readonly use: SubmitRequestDependencies) {}

  async execute({ change_id, reason, actor, idempotency_key }: Order): Promise<Result<Request>> {
    const { unitOfWork, directory, ids, clock, limits, traceId, checkAfterMs } = this.use;
    const idempotency = idempotencyOf(idempotency_key, { change_id, reason });
    const earlier = await earlierRequest(unitOfWork, actor.name, idempotency);
    if (earlier) return earlier;
    const [requestId, workflowId, taskId] = [ids.next(), ids.next(), ids.next()];
    const enrolled = await requireAgents(planRevert('', limits), directory);
    if (!enrolled.ok) return enrolled;
    const proposed = await directory.proposeRevert({
      change_id,
      request_id: requestId,
      workflow_id: workflowId,
      step_id: revertStep,
      task_id: taskId,
      ...(reason === undefined ? {} : { reason }),
    });
    if (!proposed.ok) return proposed;
    const { project, title, change, reverts } = proposed.value;
    const plan = planRevert(truncateEnd(`Revert "${title}"`, maxTitle), limits);
    const request = planned(
      {
        requestId,
        projectId: project.project_id,
        text: `Revert "${title}" (change ${change_id})${reason === undefined ? '' : `: ${reason}`}`,
        requestedBy: actor.name,
        state: 'running',
        intent: plan.intent,
        confidence: 1,
        evidence: ['revert'],
        question: null,
        plan: null,
        planDigest: null,
        workflowId: null,
        error: null,
        traceId: traceId(),
        createdAt: clock.now(),
        endedAt: null,
        notes: [],
        version: 1,
      },
      plan,
      project,
      workflowId,
    );
    const prepared = { step_id: revertStep, task_id: taskId, ...change, reverts };
    const checkAt = new Date(clock.now().getTime() + checkAfterMs);
    return unitOfWork.run((tx) =>
      insertOnce(tx.requests, request, idempotency, () =>
        announcePlan(tx, request, { plan, project, prepared, checkAt }),
      ),
    );
  }
}

import {
  approvalRequested,
  cancelWorkflow,
  type gateClosed,
  type gateOpened,
  type PayloadOf,
} from '@ymera/contracts';
import { type Clock, failure, FailureException } from '@ymera/kernel';
import { type Approval, expire, voided } from '../domain/approval';
import { announceDecision } from './decide-approval';
import type { CoordinatorUnitOfWork, Ids } from './ports';

const expiryJob = 100;

/** Projects the orchestrator's gates into approvals. */
export class ProjectGates {
  constructor(
    private readonly unitOfWork: CoordinatorUnitOfWork,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async opened(messageId: string, gate: PayloadOf<typeof gateOpened>): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      if (!(await tx.inbox.accept('coordinator.gate_opened', messageId))) return;
      // The close event may be handled concurrently; without the lock neither handler would see what the other is about to write.
      await tx.approvals.lockGate(gate.gate_id);
      if (await tx.approvals.isGateClosed(gate.gate_id)) return;
      const request = await tx.requests.find(gate.request_id);
      if (!request)
        throw new FailureException(
          failure('not_found', 'request_not_found', 'The request of this gate is unknown.'),
        );
      // Started after its request was given up, out of a queue or by a replay: it must not go on by itself.
      if (request.error?.code === 'workflow_not_started')
        await tx.outbox.command(cancelWorkflow, {
          workflow_id: gate.workflow_id,
          canceled_by: 'platform',
          reason: 'Its request has failed because the workflow did not start in time.',
        });
      const approval: Approval = {
        approvalId: this.ids.next(),
        gateId: gate.gate_id,
        requestId: gate.request_id,
        workflowId: gate.workflow_id,
        kind: gate.kind,
        subjectDigest: gate.subject_digest,
        requestedBy: request.requestedBy,
        landing: gate.landing ?? null,
        escalation: gate.escalation ?? null,
        expiresAt: new Date(gate.expires_at),
        state: 'pending',
        option: null,
        decidedBy: null,
        reason: null,
        decidedAt: null,
        version: 1,
      };
      await tx.approvals.insert(approval);
      await tx.outbox.event(approvalRequested, {
        aggregateId: approval.approvalId,
        aggregateVersion: approval.version,
        payload: {
          approval_id: approval.approvalId,
          gate_id: approval.gateId,
          request_id: approval.requestId,
          workflow_id: approval.workflowId,
          kind: approval.kind,
          subject_digest: approval.subjectDigest,
          requested_by: approval.requestedBy,
          expires_at: approval.expiresAt.toISOString(),
        },
      });
    });
  }

  async closed(messageId: string, gate: PayloadOf<typeof gateClosed>): Promise<void> {
    await this.unitOfWork.run(async (tx) => {
      if (!(await tx.inbox.accept('coordinator.gate_closed', messageId))) return;
      await tx.approvals.lockGate(gate.gate_id);
      await tx.approvals.rememberClosedGate(gate.gate_id);
      const approval = await tx.approvals.findByGate(gate.gate_id);
      if (approval?.state === 'pending') await tx.approvals.update(voided(approval, this.clock.now()));
    });
  }

  /** Denies approvals that expired without a decision; returns how many, so that a full pass is followed by another at once. */
  async expireOverdue(): Promise<number> {
    return this.unitOfWork.run(async (tx) => {
      const now = this.clock.now();
      const overdue = await tx.approvals.takeExpired(now, expiryJob);
      for (const approval of overdue) {
        const denied = expire(approval, now);
        await tx.approvals.update(denied);
        await announceDecision(tx.outbox, denied);
      }
      return overdue.length;
    });
  }
}

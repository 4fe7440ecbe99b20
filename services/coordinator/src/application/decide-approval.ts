import {
  approvalDecided,
  type decideApproval,
  type PayloadOf,
  resolveGate,
  waiversOf,
} from '@ymera/contracts';
import type { Outbox } from '@ymera/unit-of-work';
import { type Clock, err, failure, FailureException, ok, type Result } from '@ymera/kernel';
import { type Approval, decide } from '../domain/approval';
import type { CoordinatorUnitOfWork } from './ports';

/** Stores a person's decision on a gate, then sends it to the orchestrator. */
export class DecideApproval {
  constructor(
    private readonly unitOfWork: CoordinatorUnitOfWork,
    private readonly clock: Clock,
  ) {}

  async execute(order: PayloadOf<typeof decideApproval>): Promise<Result<Approval>> {
    const decision = {
      decision: order.decision,
      option: order.option,
      subjectDigest: order.subject_digest,
      by: order.actor,
      reason: order.reason,
    };
    return this.unitOfWork.run(async (tx) => {
      const approval = await tx.approvals.find(order.approval_id);
      if (!approval) return err(failure('not_found', 'approval_not_found', 'Unknown approval.'));
      const decided = decide(approval, decision, this.clock.now());
      if (!decided.ok) return decided;
      if (decided.value.isNew) {
        await tx.approvals.update(decided.value.approval);
        await announceDecision(tx.outbox, decided.value.approval);
      }
      return ok(decided.value.approval);
    });
  }
}

/** Publishes the decision, and orders the orchestrator to open or to close the gate. */
export async function announceDecision(outbox: Outbox, approval: Approval): Promise<void> {
  const { state, option, decidedBy, decidedAt, reason, escalation } = approval;
  if ((state !== 'approved' && state !== 'denied') || decidedBy === null || decidedAt === null)
    throw new FailureException(
      failure('internal', 'approval_undecided', 'The approval has no decision to publish.'),
    );
  const shared = {
    approval_id: approval.approvalId,
    gate_id: approval.gateId,
    workflow_id: approval.workflowId,
    subject_digest: approval.subjectDigest,
    decision: state,
    ...(option === null ? {} : { option }),
    decided_by: decidedBy,
    decided_at: decidedAt.toISOString(),
    ...(reason === null ? {} : { reason }),
  };
  const isAccepted = option === 'accept' && escalation !== null && reason !== null;
  await outbox.event(approvalDecided, {
    aggregateId: approval.approvalId,
    aggregateVersion: approval.version,
    payload: {
      ...shared,
      request_id: approval.requestId,
      kind: approval.kind,
      ...(isAccepted
        ? { waivers: waiversOf(escalation, { acceptedBy: decidedBy, reason, acceptedAt: shared.decided_at }) }
        : {}),
    },
  });
  await outbox.command(resolveGate, shared);
}

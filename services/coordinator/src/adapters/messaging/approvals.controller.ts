import { Controller, Inject } from '@nestjs/common';
import {
  type ApprovalResource,
  type ApprovalResourceV1,
  decideApproval,
  decideApprovalV1,
  gateClosed,
  gateClosedV1,
  gateOpened,
  getApproval,
  getApprovalV1,
  listApprovals,
  listApprovalsV1,
  type PayloadOf,
  type ReplyOf,
} from '@ymera/contracts';
import { ok, type Result } from '@ymera/kernel';
import { OnEvent, OnQuery, type Received } from '@ymera/messaging';
import { DecideApproval } from '../../application/decide-approval';
import { ProjectGates } from '../../application/project-gates';
import { ReadApprovals } from '../../application/read-approvals';
import type { Approval } from '../../domain/approval';

@Controller()
export class ApprovalsController {
  constructor(
    @Inject(DecideApproval) private readonly decision: DecideApproval,
    @Inject(ProjectGates) private readonly gates: ProjectGates,
    @Inject(ReadApprovals) private readonly approvals: ReadApprovals,
  ) {}

  @OnEvent(gateOpened)
  opened({ id, payload }: Received<PayloadOf<typeof gateOpened>>): Promise<void> {
    return this.gates.opened(id, payload);
  }

  @OnEvent(gateClosed)
  closed({ id, payload }: Received<PayloadOf<typeof gateClosed>>): Promise<void> {
    return this.gates.closed(id, payload);
  }

  @OnEvent(gateClosedV1)
  closedV1({ id, payload }: Received<PayloadOf<typeof gateClosedV1>>): Promise<void> {
    return this.gates.closed(id, payload);
  }

  @OnQuery(decideApproval)
  async decide(payload: PayloadOf<typeof decideApproval>): Promise<Result<ApprovalResource>> {
    const decided = await this.decision.execute(payload);
    return decided.ok ? ok(approvalResourceOf(decided.value)) : decided;
  }

  @OnQuery(getApproval)
  async get({ approval_id }: PayloadOf<typeof getApproval>): Promise<Result<ApprovalResource>> {
    const approval = await this.approvals.one(approval_id);
    return approval.ok ? ok(approvalResourceOf(approval.value)) : approval;
  }

  @OnQuery(listApprovals)
  async list(payload: PayloadOf<typeof listApprovals>): Promise<Result<ReplyOf<typeof listApprovals>>> {
    const page = await this.approvals.page(payload);
    if (!page.ok) return page;
    return ok({ ...page.value, items: page.value.items.map(approvalResourceOf) });
  }

  @OnQuery(decideApprovalV1)
  async decideV1(payload: PayloadOf<typeof decideApprovalV1>): Promise<Result<ApprovalResourceV1>> {
    const decided = await this.decide(payload);
    return decided.ok ? ok(withoutAccept(decided.value)) : decided;
  }

  @OnQuery(getApprovalV1)
  async getV1(payload: PayloadOf<typeof getApprovalV1>): Promise<Result<ApprovalResourceV1>> {
    const approval = await this.get(payload);
    return approval.ok ? ok(withoutAccept(approval.value)) : approval;
  }

  @OnQuery(listApprovalsV1)
  async listV1(payload: PayloadOf<typeof listApprovalsV1>): Promise<Result<ReplyOf<typeof listApprovalsV1>>> {
    const page = await this.list(payload);
    return page.ok ? ok({ ...page.value, items: page.value.items.map(withoutAccept) }) : page;
  }
}

/** Readers older than the option `accept` do not know it. */
const withoutAccept = ({ option, ...approval }: ApprovalResource): ApprovalResourceV1 => ({
  ...approval,
  option: option === 'accept' ? null : option,
});

const approvalResourceOf = (approval: Approval): ApprovalResource => ({
  approval_id: approval.approvalId,
  gate_id: approval.gateId,
  request_id: approval.requestId,
  workflow_id: approval.workflowId,
  kind: approval.kind,
  subject_digest: approval.subjectDigest,
  state: approval.state,
  requested_by: approval.requestedBy,
  decided_by: approval.decidedBy,
  reason: approval.reason,
  landing: approval.landing,
  escalation: approval.escalation,
  option: approval.option,
  expires_at: approval.expiresAt.toISOString(),
  decided_at: approval.decidedAt?.toISOString() ?? null,
});

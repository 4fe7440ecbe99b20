import {
  type ApprovalResource,
  decideApprovalRoute,
  getApprovalRoute,
  getChangeRoute,
} from '@ymera/contracts';
import type { ApiClient } from '../api/api-client';
import type { Audience } from './audience';
import type { DemoApproval } from './demo-result';

/** Reads what the approval is about before deciding; undefined when it closed meanwhile. */
export async function decideOn(
  approver: ApiClient,
  approvalId: string,
  audience: Audience,
): Promise<DemoApproval | undefined> {
  const approval = await approver.call(getApprovalRoute, { params: { approval_id: approvalId } });
  if (approval.state !== 'pending') return undefined;
  if (approval.kind === 'escalation') return chooseFor(approver, approval, audience);
  const change = approval.landing
    ? await approver.call(getChangeRoute, { params: { change_id: approval.landing.change_id } })
    : undefined;
  const answer = await audience.decide(approval, change);
  const decided = await approver.call(decideApprovalRoute, {
    params: { approval_id: approvalId },
    body: {
      subject_digest: approval.subject_digest,
      decision: answer ?? 'approved',
      ...(answer === undefined
        ? { reason: 'The demo approves by policy: there is no terminal to ask on.' }
        : {}),
    },
  });
  return {
    approval_id: approvalId,
    kind: approval.kind,
    subject_digest: approval.subject_digest,
    decision: answer ?? 'approved',
    decided_by: decided.decided_by ?? '',
    by_policy: answer === undefined,
  };
}

/** Without a person to ask, work that was rejected too often is abandoned. */
async function chooseFor(
  approver: ApiClient,
  approval: ApprovalResource,
  audience: Audience,
): Promise<DemoApproval> {
  const choice = await audience.choose(approval);
  const option = choice?.option ?? 'abandon';
  const reason =
    choice === undefined ? 'The demo abandons by policy: there is no terminal to ask on.' : choice.note;
  const decided = await approver.call(decideApprovalRoute, {
    params: { approval_id: approval.approval_id },
    body: { subject_digest: approval.subject_digest, option, ...(reason ? { reason } : {}) },
  });
  return {
    approval_id: approval.approval_id,
    kind: approval.kind,
    subject_digest: approval.subject_digest,
    decision: option === 'abandon' ? 'denied' : 'approved',
    option,
    decided_by: decided.decided_by ?? '',
    by_policy: choice === undefined,
  };
}

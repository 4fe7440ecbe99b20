import type { ApprovalResource } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';

/** A gate's question to a person. `version` rises with every change. */
export interface Approval {
  readonly approvalId: string;
  readonly gateId: string;
  readonly requestId: string;
  readonly workflowId: string;
  readonly kind: ApprovalResource['kind'];
  readonly subjectDigest: string;
  readonly requestedBy: string;
  readonly landing: ApprovalResource['landing'];
  readonly expiresAt: Date;
  readonly state: ApprovalResource['state'];
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly decidedAt: Date | null;
  readonly version: number;
}

export interface Decision {
  readonly decision: 'approved' | 'denied';
  readonly subjectDigest: string;
  readonly by: { readonly name: string; readonly roles: readonly string[] };
  readonly reason?: string | undefined;
}

/** Who decided when nobody did in time. */
const expiredBy = 'policy:expired';

/**
 * A decision about exactly this subject. The same decision by the same person again is the same answer (`isNew` false);
 * anything else about a closed approval is refused.
 */
export function decide(
  approval: Approval,
  { decision, subjectDigest, by, reason }: Decision,
  now: Date,
): Result<{ approval: Approval; isNew: boolean }> {
  if (!by.roles.includes('approver'))
    return err(failure('forbidden', 'not_an_approver', 'Only an approver decides.'));
  if (by.name === approval.requestedBy)
    return err(
      failure('forbidden', 'self_approval', 'Whoever asked for the work cannot approve it.', {
        suggestion: 'Ask another approver.',
      }),
    );
  if (subjectDigest !== approval.subjectDigest)
    return err(
      failure('conflict', 'subject_changed', 'The decision is about another subject than the gate’s.', {
        suggestion: 'Read the approval again and decide on what it shows now.',
      }),
    );
  if (approval.state === decision && approval.decidedBy === by.name) return ok({ approval, isNew: false });
  if (approval.state !== 'pending')
    return err(failure('conflict', 'approval_closed', `The approval is already ${approval.state}.`));
  if (now >= approval.expiresAt)
    return err(failure('conflict', 'approval_closed', 'The approval has expired.'));
  return ok({ approval: closed(approval, decision, by.name, reason ?? null, now), isNew: true });
}

/** Nobody decided in time: denied, never approved. */
export const expire = (approval: Approval, now: Date): Approval =>
  closed(approval, 'denied', expiredBy, 'Nobody decided in time.', now);

/** The gate is gone: its subject changed, or the run ended. */
export const voided = (approval: Approval, now: Date): Approval =>
  approval.state === 'pending' ? closed(approval, 'voided', null, null, now) : approval;

function closed(
  approval: Approval,
  state: 'approved' | 'denied' | 'voided',
  decidedBy: string | null,
  reason: string | null,
  decidedAt: Date,
): Approval {
  return { ...approval, state, decidedBy, reason, decidedAt, version: approval.version + 1 };
}

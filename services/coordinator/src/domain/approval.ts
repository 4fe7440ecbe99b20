import {
  acceptanceOf,
  minWaiverReasonLength,
  type ApprovalResource,
  type EscalationOption,
} from '@ymera/contracts';
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
  readonly escalation: ApprovalResource['escalation'];
  readonly expiresAt: Date;
  readonly state: ApprovalResource['state'];
  /** Of a decided escalation. */
  readonly option: EscalationOption | null;
  readonly decidedBy: string | null;
  readonly reason: string | null;
  readonly decidedAt: Date | null;
  readonly version: number;
}

type Outcome = 'approved' | 'denied';

export interface Decision {
  readonly decision?: Outcome | undefined;
  readonly option?: EscalationOption | undefined;
  readonly subjectDigest: string;
  readonly by: { readonly name: string; readonly roles: readonly string[] };
  readonly reason?: string | undefined;
}

/** Stored as the decider of an expired approval. */
const expiredBy = 'policy:expired';

/**
 * Decides on exactly this subject. A repetition of the same decision by the same person gets the same answer (`isNew`
 * false); any other decision on a closed approval is rejected.
 */
export function decide(
  approval: Approval,
  { decision, option, subjectDigest, by, reason }: Decision,
  now: Date,
): Result<{ approval: Approval; isNew: boolean }> {
  if (!by.roles.includes('approver'))
    return err(failure('forbidden', 'not_an_approver', 'Requires role approver.'));
  if (by.name === approval.requestedBy)
    return err(
      failure('forbidden', 'self_approval', 'The requester cannot approve the request.', {
        suggestion: 'Ask another approver.',
      }),
    );
  if (subjectDigest !== approval.subjectDigest)
    return err(
      failure(
        'conflict',
        'subject_changed',
        'The subject of the gate has changed since this decision was made.',
        {
          suggestion: 'Read the approval again and decide on its current subject.',
        },
      ),
    );
  const meant = meaningOf(approval, decision, option);
  if (!meant.ok) return meant;
  if (meant.value.option === 'accept') {
    const acceptable = checkAccept(approval, reason);
    if (!acceptable.ok) return acceptable;
  }
  const { outcome } = meant.value;
  const isSame = approval.state === outcome && approval.option === meant.value.option;
  if (isSame && approval.decidedBy === by.name) return ok({ approval, isNew: false });
  if (approval.state !== 'pending')
    return err(failure('conflict', 'approval_closed', `The approval is already ${approval.state}.`));
  if (now >= approval.expiresAt)
    return err(failure('conflict', 'approval_closed', 'The approval has expired.'));
  const chosen = { ...approval, option: meant.value.option };
  return ok({ approval: closed(chosen, outcome, by.name, reason ?? null, now), isNew: true });
}

/** An escalation is decided by one of its options, every other gate by approved or denied. To abandon is to deny. */
function meaningOf(
  { kind }: Approval,
  decision: Outcome | undefined,
  option: EscalationOption | undefined,
): Result<{ readonly outcome: Outcome; readonly option: EscalationOption | null }> {
  const invalid = (code: string, message: string) => err(failure('validation', code, message));
  if (kind !== 'escalation') {
    if (option !== undefined) return invalid('option_unexpected', 'Only an escalation takes an option.');
    if (decision === undefined)
      return invalid('decision_missing', 'The decision is missing. Send approved or denied.');
    return ok({ outcome: decision, option: null });
  }
  if (option === undefined)
    return invalid(
      'option_missing',
      'The option is missing. Send one of: retry, take_over, abandon, accept.',
    );
  const outcome = option === 'abandon' ? 'denied' : 'approved';
  if (decision !== undefined && decision !== outcome)
    return invalid('option_unexpected', `Option ${option} contradicts decision ${decision}.`);
  return ok({ outcome, option });
}

const shownFindings = 5;

/** Only judgements can be accepted, and only with a reason that others can read later. */
function checkAccept({ escalation }: Approval, reason: string | undefined): Result<undefined> {
  const acceptance = escalation && acceptanceOf(escalation);
  if (acceptance?.kind !== 'possible') {
    const inTheWay = (acceptance?.findings ?? []).map(({ code, file, line }) =>
      file === undefined ? code : `${code} (${file}${line === undefined ? '' : `:${line}`})`,
    );
    const rest = inTheWay.length - shownFindings;
    const named = [...inTheWay.slice(0, shownFindings), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
    const because = acceptance?.because ?? 'The rejected change is unknown.';
    return err(
      failure('forbidden', 'finding_not_waivable', `${because}${named === '' ? '' : ` Found: ${named}.`}`, {
        suggestion: 'Choose retry, take_over or abandon.',
      }),
    );
  }
  if ((reason ?? '').trim().length < minWaiverReasonLength)
    return err(
      failure(
        'validation',
        'reason_missing',
        `Accepting findings requires a reason of at least ${minWaiverReasonLength} characters.`,
        { suggestion: 'Say why these findings do not matter here; the reason is kept in the audit log.' },
      ),
    );
  return ok(undefined);
}

/** The time to decide is over: denied, never approved; an escalation is abandoned. */
export const expire = (approval: Approval, now: Date): Approval => {
  const option = approval.kind === 'escalation' ? 'abandon' : null;
  return closed(
    { ...approval, option },
    'denied',
    expiredBy,
    'The approval expired without a decision.',
    now,
  );
};

/** Closes the approval because its subject changed or the workflow ended. */
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

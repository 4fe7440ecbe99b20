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

/** Who decided when nobody did in time. */
const expiredBy = 'policy:expired';

/**
 * A decision about exactly this subject. The same decision by the same person again is the same answer (`isNew` false);
 * anything else about a closed approval is refused.
 */
export function decide(
  approval: Approval,
  { decision, option, subjectDigest, by, reason }: Decision,
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

/** An escalation takes one of its options, everything else yes or no. To abandon is to deny. */
function meaningOf(
  { kind }: Approval,
  decision: Outcome | undefined,
  option: EscalationOption | undefined,
): Result<{ readonly outcome: Outcome; readonly option: EscalationOption | null }> {
  const invalid = (code: string, message: string) => err(failure('validation', code, message));
  if (kind !== 'escalation') {
    if (option !== undefined) return invalid('option_unexpected', 'Only an escalation has options.');
    if (decision === undefined) return invalid('decision_missing', 'Approve it or deny it.');
    return ok({ outcome: decision, option: null });
  }
  if (option === undefined)
    return invalid('option_missing', 'An escalation asks for one of: retry, take_over, abandon, accept.');
  const outcome = option === 'abandon' ? 'denied' : 'approved';
  if (decision !== undefined && decision !== outcome)
    return invalid('option_unexpected', `To choose ${option} is not to have it ${decision}.`);
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
    const because = acceptance?.because ?? 'It is not known what was rejected.';
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
        `To accept findings takes a reason of at least ${minWaiverReasonLength} characters.`,
        { suggestion: 'Say why these findings do not matter here; the reason is kept in the audit log.' },
      ),
    );
  return ok(undefined);
}

/** Nobody decided in time: denied, never approved; an escalation is abandoned. */
export const expire = (approval: Approval, now: Date): Approval => {
  const option = approval.kind === 'escalation' ? 'abandon' : null;
  return closed({ ...approval, option }, 'denied', expiredBy, 'Nobody decided in time.', now);
};

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

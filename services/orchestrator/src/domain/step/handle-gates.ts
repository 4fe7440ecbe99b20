import {
  minWaiverReasonLength,
  waiversOf,
  type Escalation,
  type EscalationOption,
  type Waiver,
} from '@ymera/contracts';
import { failWorkflow } from '../workflow/end-workflow';
import { carryOut } from './decide-escalation';
import { exhausted } from './escalate';
import type { Gate } from '../workflow/workflow';
import type { WorkflowDraft } from '../workflow/workflow-draft';
import type { GateDecision } from '../workflow/workflow-event';

/** Without effect unless the gate is open and the decision is about exactly its subject. */
export function decideGate(draft: WorkflowDraft, decision: GateDecision): void {
  const step = draft
    .stepsIn('waiting_gate')
    .find(({ gate }) => gate?.gateId === decision.gate_id && gate.subjectDigest === decision.subject_digest);
  if (!step?.gate) return;
  if (step.gate.escalation) return decideEscalation(draft, step.gate, decision);
  closeGate(draft, step.stepId, step.gate, decision.decision);
  const why = decision.reason ? `: ${decision.reason}` : '.';
  if (decision.decision === 'denied')
    return failWorkflow(
      draft,
      {
        code: 'approval_denied',
        message: `${decision.decided_by} denied ${draft.planStep(step.stepId).name}${why}`,
        retryable: false,
      },
      step.stepId,
    );
  const approval = { approvalId: decision.approval_id, decidedBy: decision.decided_by };
  draft.move(
    step.stepId,
    'complete',
    { gate: { ...step.gate, approval } },
    { reason: `${decision.decided_by} approved${why}` },
  );
}

/** Only an option decides; a denial without one means abandon, and an approval without one has no effect. */
function decideEscalation(draft: WorkflowDraft, gate: Gate, decision: GateDecision): void {
  const option = decision.option ?? (decision.decision === 'denied' ? 'abandon' : undefined);
  if (!gate.escalation || option === undefined) return;
  const waivers = option === 'accept' ? waiversFrom(draft, gate.escalation, decision) : [];
  if (option === 'accept' && waivers.length === 0) return;
  const { step_id: stepId } = gate.escalation;
  closeGate(draft, stepId, gate, option === 'abandon' ? 'denied' : 'approved', option);
  carryOut(draft, gate.escalation, option, { by: decision.decided_by, note: decision.reason, waivers });
}

/**
 * Empty where the subject cannot be accepted, or not by this person, or without a reason. The coordinator has refused
 * such a decision already; the workflow does not depend on that.
 */
function waiversFrom(draft: WorkflowDraft, subject: Escalation, decision: GateDecision): readonly Waiver[] {
  const { decided_by: acceptedBy, reason = '' } = decision;
  if (acceptedBy === draft.workflow.definition.requested_by) return [];
  if (reason.trim().length < minWaiverReasonLength) return [];
  const acceptedAt = 'decided_at' in decision ? decision.decided_at : draft.timestamp();
  return waiversOf(subject, { acceptedBy, reason, acceptedAt });
}

/** A missing decision is not an approval. */
export function expireGate(draft: WorkflowDraft, stepId: string, gateId: string): void {
  const step = draft.findStep(stepId);
  if (step?.state !== 'waiting_gate' || step.gate?.gateId !== gateId) return;
  const { escalation } = step.gate;
  closeGate(draft, stepId, step.gate, 'expired');
  if (escalation) {
    const given = exhausted(escalation);
    const error = { ...given, message: `${given.message} No decision was made in time.` };
    return failWorkflow(draft, error, stepId, { findings: escalation.findings });
  }
  failWorkflow(
    draft,
    {
      code: 'approval_expired',
      message: `No decision on ${draft.planStep(stepId).name} was made in time.`,
      retryable: false,
    },
    stepId,
  );
}

function closeGate(
  draft: WorkflowDraft,
  stepId: string,
  { gateId }: Gate,
  outcome: 'approved' | 'denied' | 'expired',
  option?: EscalationOption,
): void {
  draft.fact('gate_closed', {
    ...draft.ids,
    gate_id: gateId,
    step_id: stepId,
    outcome,
    ...(option && { option }),
  });
}

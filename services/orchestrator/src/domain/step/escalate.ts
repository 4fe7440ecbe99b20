import {
  acceptanceOf,
  escalationOption,
  escalationSubjectDigest,
  type ErrorShape,
  type Escalation,
  type Finding,
} from '@ymera/contracts';
import { truncateEnd } from '@ymera/kernel';
import { failWorkflow } from '../workflow/end-workflow';
import { evidenceFor, waiversFor } from './evidence';
import type { TaskStep } from '../attempt/judge-result';
import type { Gate, StepOutput } from '../workflow/workflow';
import type { WorkflowDraft } from '../workflow/workflow-draft';

/** As `gate_opened` and `step_changed` allow. */
export const maxReasonLength = 1000;

/**
 * A rework loop is exhausted: instead of failing, the step that rejected the work waits at a gate for a person, and an
 * event reports it. The gate's subject is the rejected change with its findings. The number of escalations of a
 * workflow is limited.
 */
export function escalate(
  draft: WorkflowDraft,
  planned: TaskStep,
  error: ErrorShape,
  output: StepOutput,
): void {
  const { step_id: stepId } = planned;
  const { now, newId, policy } = draft.context;
  const subject = subjectOf(draft, stepId, error, output.findings);
  draft.patch(stepId, { output });
  if (subject.escalation > policy.maxEscalations)
    return failWorkflow(draft, exhausted(subject), stepId, { findings: subject.findings });

  const gate: Gate = {
    gateId: newId(),
    subjectDigest: escalationSubjectDigest(subject),
    expiresAt: now + policy.escalationMs,
    escalation: subject,
  };
  const reason = truncateEnd(exhausted(subject).message, maxReasonLength);
  const { findings, rounds } = subject;
  draft.workflow = { ...draft.workflow, escalations: subject.escalation };
  draft.move(stepId, 'escalate', { gate, wakeAt: gate.expiresAt }, { reason, error, findings });
  const about = {
    ...draft.ids,
    step_id: stepId,
    gate_id: gate.gateId,
    expires_at: draft.timestamp(gate.expiresAt),
  };
  draft.fact('gate_opened', {
    ...about,
    kind: 'escalation',
    subject_digest: gate.subjectDigest,
    escalation: subject,
  });
  draft.fact('workflow_escalated', { ...about, rounds, findings, reason });
}

/** No person decided in time. */
export const exhausted = ({ rounds, error }: Escalation): ErrorShape => ({
  code: 'rework_exhausted',
  message: `Sent back ${rounds} time(s) and still rejected: ${error.message}`,
  retryable: false,
  ...(error.fault ? { fault: error.fault } : {}),
  ...(error.suggestion ? { suggestion: error.suggestion } : {}),
});

function subjectOf(
  draft: WorkflowDraft,
  stepId: string,
  error: ErrorShape,
  findings: readonly Finding[],
): Escalation {
  const { change } = evidenceFor(draft.workflow, stepId);
  const waivers = waiversFor(draft.step(stepId), change);
  const subject: Escalation = {
    step_id: stepId,
    escalation: (draft.workflow.escalations ?? 0) + 1,
    rounds: draft.step(stepId).loops,
    error,
    findings: [...findings],
    ...(change && {
      change: { change_id: change.changeId, base: change.base, commit: change.commit, tree: change.tree },
    }),
    ...(waivers.length > 0 && { waivers: [...waivers] }),
  };
  const canAccept = acceptanceOf(subject).kind === 'possible';
  return {
    ...subject,
    options: escalationOption.options.filter((option) => option !== 'accept' || canAccept),
  };
}

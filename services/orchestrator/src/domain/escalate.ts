import {
  acceptanceOf,
  escalationOption,
  escalationSubjectDigest,
  type ErrorShape,
  type Escalation,
  type EscalationOption,
  type Finding,
  type Waiver,
} from '@ymera/contracts';
import { assertNever } from '@ymera/kernel';
import { failWorkflow } from './end-workflow';
import { evidenceFor, mergeFindings, waiversFor } from './evidence';
import type { TaskStep } from './judge-result';
import type { Gate, StepOutput } from './workflow';
import type { WorkflowDraft } from './workflow-draft';
import { sendBack } from './send-back';

const maxReasonLength = 1000;

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
  const reason = exhausted(subject).message.slice(0, maxReasonLength);
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

/** A person's decision with its details. */
interface Choice {
  readonly by: string;
  readonly note: string | undefined;
  /** For `accept`. */
  readonly waivers: readonly Waiver[];
}

/** The effect of a person's decision; the gate is closed already. */
export function carryOut(
  draft: WorkflowDraft,
  subject: Escalation,
  option: EscalationOption,
  { by, note, waivers }: Choice,
): void {
  const { step_id: stepId, findings, change, rounds } = subject;
  const why = note === undefined ? '' : `: ${note}`;
  switch (option) {
    case 'retry': {
      const { on_rejection: loop } = taskOf(draft, stepId);
      // The gate is decided, so it is not void because its step is undone.
      draft.patch(stepId, { gate: undefined, loops: rounds + 1 });
      return sendBack(draft, {
        target: loop?.loop_back_to ?? stepId,
        rejectedBy: stepId,
        reason: `${by} asked for another round${why}`,
        findings: mergeFindings(note === undefined ? [] : [noteOf(by, note)], findings),
      });
    }
    case 'accept':
      return examineAgain(draft, stepId, waivers, `${by} accepted ${named(waivers)}${why}`);
    case 'take_over': {
      const where = change ? ` The last proposed commit is ${change.commit}, on ${change.base}.` : '';
      const message = `${by} has taken over${why === '' ? '.' : `${why}.`}${where}`;
      const suggestion = change
        ? `Fetch ${change.commit} (refs/ymera/changes/${change.change_id}) from the project's repository and go on from there.`
        : undefined;
      const error = { code: 'taken_over', message, retryable: false, ...(suggestion && { suggestion }) };
      return failWorkflow(draft, error, stepId, { findings });
    }
    case 'abandon': {
      const given = exhausted(subject);
      const error = { ...given, message: `${given.message} ${by} abandoned it${why}` };
      return failWorkflow(draft, error, stepId, { findings });
    }
    default:
      return assertNever(option);
  }
}

/**
 * The step that rejected the change judges the same change again, in a new task with the waivers: only this step
 * approves. No step depends on its previous output, so no other step is undone.
 */
function examineAgain(draft: WorkflowDraft, stepId: string, given: readonly Waiver[], reason: string): void {
  const before = waiversFor(draft.step(stepId), evidenceFor(draft.workflow, stepId).change);
  const patch = {
    waivers: [...before, ...given],
    taskId: undefined,
    failures: 0,
    declines: 0,
    feedback: [],
    gate: undefined,
    output: undefined,
    error: undefined,
  };
  draft.move(stepId, 'rework', patch, { reason: reason.slice(0, maxReasonLength) });
}

const namedWaivers = 5;

const named = (waivers: readonly Waiver[]): string => {
  const first = waivers
    .slice(0, namedWaivers)
    .map(({ code, file }) => (file === undefined ? code : `${code} (${file})`));
  const rest = waivers.length - first.length;
  return [...first, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
};

/** No decision in time: fail with the rejection. */
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

/** A person's words take the same path as every other reason for a rejection. */
const noteOf = (by: string, note: string): Finding => ({
  code: 'note',
  severity: 'high',
  message: `${by}: ${note}`.slice(0, 2000),
});

function taskOf(draft: WorkflowDraft, stepId: string): TaskStep {
  const planned = draft.planStep(stepId);
  if (planned.kind !== 'task') throw new TypeError(`step ${stepId} is not a task`);
  return planned;
}

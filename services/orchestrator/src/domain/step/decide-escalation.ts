import type { Escalation, EscalationOption, Finding, Waiver } from '@ymera/contracts';
import { assertNever, truncateEnd } from '@ymera/kernel';
import { failWorkflow } from '../workflow/end-workflow';
import { exhausted, maxReasonLength } from './escalate';
import { evidenceFor, mergeFindings, waiversFor } from './evidence';
import type { TaskStep } from '../attempt/judge-result';
import { restartFrom } from './reject-step';
import type { WorkflowDraft } from '../workflow/workflow-draft';

/** A person's choice with what belongs to it. */
interface Choice {
  readonly by: string;
  readonly note: string | undefined;
  /** Of `accept`. */
  readonly waivers: readonly Waiver[];
}

/** What a person chose; the gate is closed already. */
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
      return restartFrom(draft, {
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
 * The step that rejected the change judges the same change again, in a new task that knows the waivers: only it approves.
 * Nothing depends on what it said before, so nothing else is undone.
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
  draft.move(stepId, 'rework', patch, { reason: truncateEnd(reason, maxReasonLength) });
}

const namedWaivers = 5;

const named = (waivers: readonly Waiver[]): string => {
  const first = waivers
    .slice(0, namedWaivers)
    .map(({ code, file }) => (file === undefined ? code : `${code} (${file})`));
  const rest = waivers.length - first.length;
  return [...first, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
};

/** A person's words go the way of every other reason for a rejection. */
const noteOf = (by: string, note: string): Finding => ({
  code: 'note',
  severity: 'high',
  message: truncateEnd(`${by}: ${note}`, 2000),
});

function taskOf(draft: WorkflowDraft, stepId: string): TaskStep {
  const planned = draft.planStep(stepId);
  if (planned.kind !== 'task') throw new TypeError(`step ${stepId} is not a task`);
  return planned;
}

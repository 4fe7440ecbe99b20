import type { changeMaterialised, changeRefused, landingRefused, PayloadOf } from '@ymera/contracts';
import { failWorkflow } from '../workflow/end-workflow';
import { mergeFindings } from '../step/evidence';
import { ancestorsOf } from '../workflow/plan-graph';
import { preparedFor, producedUnder, type WorkflowStep } from '../workflow/workflow';
import type { WorkflowDraft } from '../workflow/workflow-draft';
import { restartFrom, undoAfter } from '../step/reject-step';

/**
 * Another change has landed first. Integration rebases the change on the new head, and all findings and decisions about
 * the old one are void: tests, verdict and approval must be about exactly the tree that lands. (Keeping the verdict
 * when the changes touch different files is left out on purpose: this way no file name needs to be trusted.)
 */
export function moveBase(
  draft: WorkflowDraft,
  landingStepId: string,
  refusal: PayloadOf<typeof landingRefused>,
): void {
  const { policy, now } = draft.context;
  const producer = producerBefore(draft, landingStepId);
  const change = producer?.output?.change;
  const baseMoves = (draft.workflow.baseMoves ?? 0) + 1;
  if (!producer || !change || refusal.head === undefined)
    return failWorkflow(draft, refusal.error, landingStepId);
  if (baseMoves > policy.maxBaseMoves) {
    const message = `Rebased ${policy.maxBaseMoves} times, and each time another change landed first. ${refusal.error.message}`;
    return failWorkflow(draft, { ...refusal.error, message }, landingStepId);
  }
  const reason = `Another change landed first: rebase on ${refusal.head} (${baseMoves} of at most ${policy.maxBaseMoves}).`;
  draft.workflow = { ...draft.workflow, base: refusal.head, baseMoves };
  undoAfter(draft, producer.stepId, reason);
  const patch = { rebase: { change, onto: refusal.head }, wakeAt: now + policy.commitTimeoutMs };
  draft.move(producer.stepId, 'remake', patch, { reason });
  requestRebase(draft, producer.stepId);
}

/** Also the repeat when no answer comes; the same change on the same head gives the same commit. */
export function requestRebase(draft: WorkflowDraft, stepId: string): void {
  const step = draft.step(stepId);
  const attempt = producedUnder(draft.workflow, step);
  if (!attempt || !step.rebase) throw new TypeError(`step ${stepId} has no rebase in progress`);
  const { change, onto } = step.rebase;
  draft.emit({
    kind: 'remake',
    payload: {
      ...draft.ids,
      step_id: stepId,
      task_id: attempt.taskId,
      attempt: attempt.attempt,
      agent_id: change.agentId,
      title: draft.workflow.definition.plan.title,
      change_id: change.changeId,
      onto,
    },
  });
}

/** An answer about another base is a late one. */
export function rebased(
  draft: WorkflowDraft,
  step: WorkflowStep,
  made: PayloadOf<typeof changeMaterialised>,
): void {
  if (step.rebase?.onto !== made.base) return;
  const { change_id: changeId, base, commit, tree, agent_id: agentId } = made;
  const findings = mergeFindings(made.findings ?? [], step.output?.findings ?? []);
  const output = { ...step.output, findings, change: { changeId, base, commit, tree, agentId } };
  draft.move(step.stepId, 'complete', { rebase: undefined, output }, { findings });
}

/**
 * A merge conflict is work for the producer of the change: on the new base, with both sides shown. An answer about
 * another base is a late one.
 */
export function refuseRebase(
  draft: WorkflowDraft,
  step: WorkflowStep,
  refusal: PayloadOf<typeof changeRefused>,
): void {
  const { base = step.rebase?.onto, error, findings } = refusal;
  if (base !== step.rebase?.onto) return;
  const isOurs = preparedFor(draft.workflow, step.stepId) !== undefined;
  if (isOurs || error.code !== 'merge_conflict') return failWorkflow(draft, error, step.stepId, { findings });
  const reason = `It cannot be merged with the change that landed first (${error.code}): ${error.message}`;
  restartFrom(draft, { target: step.stepId, rejectedBy: step.stepId, reason, findings });
}

/** The plan has at most one step that produces a change. */
function producerBefore(draft: WorkflowDraft, stepId: string): WorkflowStep | undefined {
  const before = ancestorsOf(draft.workflow.definition.plan, stepId);
  return draft.stepsIn('completed').find((step) => before.has(step.stepId) && step.output?.change);
}

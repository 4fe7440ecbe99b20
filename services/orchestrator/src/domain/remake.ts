import type { changeMaterialised, changeRefused, landingRefused, PayloadOf } from '@ymera/contracts';
import { failRun } from './end-run';
import { mergeFindings } from './evidence';
import { ancestorsOf } from './plan-graph';
import { preparedFor, producedUnder, type StepRun } from './run';
import type { RunDraft } from './run-draft';
import { sendBack, undoAfter } from './send-back';

/**
 * Somebody else has landed first. Integration makes the change again on the new head, and everything that was found and
 * decided about the old one is void: tests, verdict and approval must be about exactly the tree that lands. (That the
 * verdict may stand when the changes touch different files is left out on purpose: this needs no trust in file names.)
 */
export function moveBase(
  draft: RunDraft,
  landingStepId: string,
  refusal: PayloadOf<typeof landingRefused>,
): void {
  const { policy, now } = draft.context;
  const producer = producerBefore(draft, landingStepId);
  const change = producer?.output?.change;
  const baseMoves = (draft.run.baseMoves ?? 0) + 1;
  if (!producer || !change || refusal.head === undefined) return failRun(draft, refusal.error, landingStepId);
  if (baseMoves > policy.maxBaseMoves) {
    const message = `Made again ${policy.maxBaseMoves} times, and still somebody else landed first. ${refusal.error.message}`;
    return failRun(draft, { ...refusal.error, message }, landingStepId);
  }
  const reason = `Somebody else landed first: it is made again on ${refusal.head} (${baseMoves} of at most ${policy.maxBaseMoves}).`;
  draft.run = { ...draft.run, base: refusal.head, baseMoves };
  undoAfter(draft, producer.stepId, reason);
  const patch = { remake: { change, onto: refusal.head }, wakeAt: now + policy.materialiseMs };
  draft.move(producer.stepId, 'remake', patch, { reason });
  orderRemaking(draft, producer.stepId);
}

/** Also sent again when no answer comes; the same change on the same head gives the same commit. */
export function orderRemaking(draft: RunDraft, stepId: string): void {
  const step = draft.step(stepId);
  const attempt = producedUnder(draft.run, step);
  if (!attempt || !step.remake) throw new TypeError(`step ${stepId} makes nothing again`);
  const { change, onto } = step.remake;
  draft.emit({
    kind: 'remake',
    payload: {
      ...draft.ids,
      step_id: stepId,
      task_id: attempt.taskId,
      attempt: attempt.attempt,
      agent_id: change.agentId,
      title: draft.run.definition.plan.title,
      change_id: change.changeId,
      onto,
    },
  });
}

/** An answer about another base is a late one. */
export function remade(draft: RunDraft, step: StepRun, made: PayloadOf<typeof changeMaterialised>): void {
  if (step.remake?.onto !== made.base) return;
  const { change_id: changeId, base, commit, tree, agent_id: agentId } = made;
  const findings = mergeFindings(made.findings ?? [], step.output?.findings ?? []);
  const output = { ...step.output, findings, change: { changeId, base, commit, tree, agentId } };
  draft.move(step.stepId, 'complete', { remake: undefined, output }, { findings });
}

/**
 * What cannot be merged is work for whoever made it: on the new base, with both sides shown. An answer about another base
 * is a late one.
 */
export function refuseRemake(draft: RunDraft, step: StepRun, refusal: PayloadOf<typeof changeRefused>): void {
  const { base = step.remake?.onto, error, findings } = refusal;
  if (base !== step.remake?.onto) return;
  const isOurs = preparedFor(draft.run, step.stepId) !== undefined;
  if (isOurs || error.code !== 'merge_conflict') return failRun(draft, error, step.stepId, { findings });
  const reason = `It cannot be merged with what landed first (${error.code}): ${error.message}`;
  sendBack(draft, { target: step.stepId, rejectedBy: step.stepId, reason, findings });
}

/** The plan has at most one step that produces a change. */
function producerBefore(draft: RunDraft, stepId: string): StepRun | undefined {
  const before = ancestorsOf(draft.run.definition.plan, stepId);
  return draft.stepsIn('completed').find((step) => before.has(step.stepId) && step.output?.change);
}

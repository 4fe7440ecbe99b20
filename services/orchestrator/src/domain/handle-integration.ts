import type {
  changeLanded,
  changeMaterialised,
  changeRefused,
  landingRefused,
  PayloadOf,
} from '@ymera/contracts';
import { landingAnswerMs, orderLanding } from './begin-steps';
import { cancelRun, failRun, withdrawLanding } from './end-run';
import { evidenceFor, mergeFindings } from './evidence';
import { failAttempt } from './fail-attempt';
import { taskStep } from './handle-agents';
import { orderMaterialising } from './order-materialising';
import { moveBase, orderRemaking, refuseRemake, remade } from './remake';
import { producedUnder, type StepRun } from './run';
import type { RunDraft } from './run-draft';

/** A changing step is done only now: there is a commit to test and to examine. */
export function materialise(draft: RunDraft, made: PayloadOf<typeof changeMaterialised>): void {
  const step = materialising(draft, made);
  if (step?.remake) return remade(draft, step, made);
  if (!step?.proposal) return;
  draft.moveAttempt(step.stepId, 'complete');
  const { output } = step.proposal;
  const findings = mergeFindings(made.findings ?? [], output.findings);
  draft.move(
    step.stepId,
    'complete',
    {
      proposal: undefined,
      feedback: [],
      output: {
        ...output,
        findings,
        change: {
          changeId: made.change_id,
          base: made.base,
          commit: made.commit,
          tree: made.tree,
          agentId: made.agent_id,
        },
      },
    },
    { findings },
  );
}

export function refuseChange(draft: RunDraft, refusal: PayloadOf<typeof changeRefused>): void {
  const step = materialising(draft, refusal);
  if (!step) return;
  if (step.remake) return refuseRemake(draft, step, refusal);
  draft.moveAttempt(step.stepId, 'fail');
  failAttempt(draft, taskStep(draft, step.stepId), refusal.error, refusal.findings);
}

export function land(draft: RunDraft, landed: PayloadOf<typeof changeLanded>): void {
  const step = landing(draft, landed);
  if (!step) return;
  const { cancelRequested } = draft.run;
  draft.move(
    step.stepId,
    'complete',
    {
      output: {
        findings: [],
        landed: { commit: landed.commit, tree: landed.tree, branch: landed.branch },
      },
    },
    cancelRequested ? { reason: `${cancelRequested.by} canceled too late: it had landed.` } : {},
  );
}

export function refuseLanding(draft: RunDraft, refusal: PayloadOf<typeof landingRefused>): void {
  const step = landing(draft, refusal);
  if (!step) return;
  const { cancelRequested } = draft.run;
  if (!cancelRequested)
    return refusal.error.code === 'base_moved'
      ? moveBase(draft, step.stepId, refusal)
      : failRun(draft, refusal.error, step.stepId);
  draft.move(step.stepId, 'cancel', {}, { reason: refusal.error.message });
  cancelRun(draft, cancelRequested.by, cancelRequested.reason);
}

/** Integration owes an answer, and only it knows whether anything happened: ask again rather than guess. */
export function askIntegrationAgain(draft: RunDraft, stepId: string): void {
  const step = draft.findStep(stepId);
  const planned = step && draft.planStep(stepId);
  const { now, policy } = draft.context;
  if (step?.state === 'materialising' && planned?.kind === 'task') {
    if (step.remake) orderRemaking(draft, stepId);
    else orderMaterialising(draft, planned);
    draft.patch(stepId, { wakeAt: now + policy.materialiseMs });
  } else if (step?.state === 'running' && planned?.kind === 'integration') {
    const { cancelRequested } = draft.run;
    if (cancelRequested) withdrawLanding(draft, stepId, cancelRequested);
    else orderLanding(draft, stepId);
    draft.patch(stepId, { wakeAt: now + landingAnswerMs(planned, policy) });
  } else return;
  draft.explain(stepId, 'Integration has not answered in time and was asked again.');
}

function materialising(
  draft: RunDraft,
  { step_id, task_id, attempt }: { step_id: string; task_id: string; attempt: number },
): StepRun | undefined {
  const step = draft.findStep(step_id);
  const current = step && producedUnder(draft.run, step);
  const isIt = step?.state === 'materialising' && current?.taskId === task_id && current.attempt === attempt;
  return isIt ? step : undefined;
}

function landing(
  draft: RunDraft,
  { step_id, change_id }: { step_id: string; change_id: string },
): StepRun | undefined {
  const step = draft.findStep(step_id);
  if (step?.state !== 'running' || draft.planStep(step_id).kind !== 'integration') return undefined;
  return evidenceFor(draft.run, step_id).change?.changeId === change_id ? step : undefined;
}

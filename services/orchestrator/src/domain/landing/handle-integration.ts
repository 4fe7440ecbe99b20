import type {
  changeLanded,
  changeMaterialised,
  changeRefused,
  landingRefused,
  PayloadOf,
} from '@ymera/contracts';
import { landingAnswerMs, orderLanding } from '../step/begin-steps';
import { cancelWorkflow, failWorkflow, withdrawLanding } from '../workflow/end-workflow';
import { evidenceFor, mergeFindings } from '../step/evidence';
import { failAttempt } from '../attempt/attempt-failure';
import { taskStep } from '../attempt/handle-agents';
import { requestCommit } from './request-commit';
import { moveBase, requestRebase, refuseRebase, rebased } from './rebase';
import { producedUnder, type WorkflowStep } from '../workflow/workflow';
import type { WorkflowDraft } from '../workflow/workflow-draft';

/** A changing step completes only here: there is a commit to test and to examine. */
export function recordCommit(draft: WorkflowDraft, made: PayloadOf<typeof changeMaterialised>): void {
  const step = committing(draft, made);
  if (step?.rebase) return rebased(draft, step, made);
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

export function refuseChange(draft: WorkflowDraft, refusal: PayloadOf<typeof changeRefused>): void {
  const step = committing(draft, refusal);
  if (!step) return;
  if (step.rebase) return refuseRebase(draft, step, refusal);
  failAttempt(draft, taskStep(draft, step.stepId), refusal.error, { findings: refusal.findings });
}

export function land(draft: WorkflowDraft, landed: PayloadOf<typeof changeLanded>): void {
  const step = landing(draft, landed);
  if (!step) return;
  const { cancelRequested } = draft.workflow;
  draft.move(
    step.stepId,
    'complete',
    {
      output: {
        findings: [],
        landed: { commit: landed.commit, tree: landed.tree, branch: landed.branch },
      },
    },
    cancelRequested ? { reason: `${cancelRequested.by} canceled too late: the change had landed.` } : {},
  );
}

export function refuseLanding(draft: WorkflowDraft, refusal: PayloadOf<typeof landingRefused>): void {
  const step = landing(draft, refusal);
  if (!step) return;
  const { cancelRequested } = draft.workflow;
  if (!cancelRequested)
    return refusal.error.code === 'base_moved'
      ? moveBase(draft, step.stepId, refusal)
      : failWorkflow(draft, refusal.error, step.stepId);
  draft.move(step.stepId, 'cancel', {}, { reason: refusal.error.message });
  cancelWorkflow(draft, cancelRequested.by, cancelRequested.reason);
}

/** Integration owes an answer, and only integration knows whether anything happened: ask again instead of guessing. */
export function askIntegrationAgain(draft: WorkflowDraft, stepId: string): void {
  const step = draft.findStep(stepId);
  const planned = step && draft.planStep(stepId);
  const { now, policy } = draft.context;
  if (step?.state === 'materialising' && planned?.kind === 'task') {
    if (step.rebase) requestRebase(draft, stepId);
    else requestCommit(draft, planned);
    draft.patch(stepId, { wakeAt: now + policy.commitTimeoutMs });
  } else if (step?.state === 'running' && planned?.kind === 'integration') {
    const { cancelRequested } = draft.workflow;
    if (cancelRequested) withdrawLanding(draft, stepId, cancelRequested);
    else orderLanding(draft, stepId);
    draft.patch(stepId, { wakeAt: now + landingAnswerMs(planned, policy) });
  } else return;
  draft.explain(stepId, 'Integration did not answer in time; the order was sent again.');
}

function committing(
  draft: WorkflowDraft,
  { step_id, task_id, attempt }: { step_id: string; task_id: string; attempt: number },
): WorkflowStep | undefined {
  const step = draft.findStep(step_id);
  const current = step && producedUnder(draft.workflow, step);
  const isIt = step?.state === 'materialising' && current?.taskId === task_id && current.attempt === attempt;
  return isIt ? step : undefined;
}

function landing(
  draft: WorkflowDraft,
  { step_id, change_id }: { step_id: string; change_id: string },
): WorkflowStep | undefined {
  const step = draft.findStep(step_id);
  if (step?.state !== 'running' || draft.planStep(step_id).kind !== 'integration') return undefined;
  return evidenceFor(draft.workflow, step_id).change?.changeId === change_id ? step : undefined;
}

import { digestOf } from '@ymera/kernel';
import { beginSteps } from '../step/begin-steps';
import { checkPlan, checkPrepared } from './check-plan';
import { failWorkflow } from './end-workflow';
import type { Reduction } from './reduce';
import type { Workflow, WorkflowStep, WorkflowDefinition } from './workflow';
import { WorkflowDraft, type WorkflowContext } from './workflow-draft';

const newStep = (stepId: string): WorkflowStep => ({
  stepId,
  state: 'pending',
  attempts: [],
  fencingToken: 0,
  failures: 0,
  declines: 0,
  loops: 0,
  feedback: [],
  reasons: [],
  toolMs: 0,
});

/** A workflow is always created, so that its requester is told of its end: an invalid plan fails at once. */
export function startWorkflowState(definition: WorkflowDefinition, context: WorkflowContext): Reduction {
  const { plan, plan_digest, base } = definition;
  const workflow: Workflow = {
    definition,
    state: 'running',
    steps: Object.fromEntries(plan.steps.map(({ step_id }) => [step_id, newStep(step_id)])),
    facts: 0,
    startedAt: context.now,
  };
  const draft = new WorkflowDraft(workflow, context);
  draft.fact('workflow_started', { ...draft.ids, plan_digest, base, started_at: draft.timestamp() });
  const planChecked = checkPlan(plan);
  const checked = planChecked.ok ? checkPrepared(definition) : planChecked;
  if (!checked.ok) {
    const { code, message } = checked.error;
    failWorkflow(draft, { code, message, retryable: false });
  } else if (digestOf(plan) !== plan_digest) {
    const message = 'The plan does not match its digest, so an approval could not be about it.';
    failWorkflow(draft, { code: 'plan_digest_mismatch', message, retryable: false });
  } else if (definition.prepared) takePrepared(draft, definition.prepared);
  beginSteps(draft);
  return { workflow: draft.workflow, effects: draft.effects };
}

/** Integration has created the commit already: the step begins where an agent's result would end. */
function takePrepared(
  draft: WorkflowDraft,
  { step_id, change_id, base, commit, tree, agent_id }: NonNullable<WorkflowDefinition['prepared']>,
): void {
  const change = { changeId: change_id, base, commit, tree, agentId: agent_id };
  const patch = { startedAt: draft.context.now, output: { findings: [], change } };
  draft.move(step_id, 'prepare', patch, { reason: `Made by ${agent_id} before the workflow began.` });
}

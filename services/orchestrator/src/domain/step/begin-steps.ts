import { landingSubjectDigest, type PayloadOf, type PlanStep, type gateOpened } from '@ymera/contracts';
import { assertNever } from '@ymera/kernel';
import { evidenceFor } from './evidence';
import type { Gate } from '../workflow/workflow';
import type { WorkflowDraft } from '../workflow/workflow-draft';
import type { WorkflowPolicy } from '../workflow/workflow-policy';
import { isEverythingDone, runnableSteps } from '../workflow/runnable-steps';
import { resultOf } from '../workflow/workflow-result';

/** Begins every step whose dependencies are completed, and ends the workflow when no step is left. */
export function beginSteps(draft: WorkflowDraft): void {
  for (const step of runnableSteps(draft.workflow)) begin(draft, step);
  if (draft.workflow.state === 'running' && isEverythingDone(draft.workflow)) {
    draft.moveWorkflow('complete');
    draft.fact('workflow_completed', {
      ...draft.ids,
      result: resultOf(draft.workflow),
      completed_at: draft.timestamp(),
    });
  }
}

function begin(draft: WorkflowDraft, step: PlanStep): void {
  const { now, policy } = draft.context;
  switch (step.kind) {
    case 'task':
      return draft.move(step.step_id, 'ready', { wakeAt: now + policy.queueMs });
    case 'gate':
      return openGate(draft, step);
    case 'integration':
      draft.move(step.step_id, 'land', { startedAt: now, wakeAt: now + landingAnswerMs(step, policy) });
      return orderLanding(draft, step.step_id);
    default:
      return assertNever(step);
  }
}

/** Integration is idempotent for the same landing, so the order is repeated as soon as an answer is overdue. */
export const landingAnswerMs = (
  { timeout_s }: Extract<PlanStep, { kind: 'integration' }>,
  { commitTimeoutMs }: WorkflowPolicy,
): number => Math.min(timeout_s * 1000, commitTimeoutMs);

type Landing = NonNullable<PayloadOf<typeof gateOpened>['landing']>;

/** `checkPlan` guarantees that the steps before a landing produce all of it. */
function landingFor(draft: WorkflowDraft, stepId: string): Landing {
  const { change, tests, verdict } = evidenceFor(draft.workflow, stepId);
  if (!change || !tests || !verdict)
    throw new TypeError(`step ${stepId} has no change, tests and verdict to land`);
  return {
    change_id: change.changeId,
    base: change.base,
    commit: change.commit,
    tree: change.tree,
    verdict,
    tests,
  };
}

function openGate(draft: WorkflowDraft, step: Extract<PlanStep, { kind: 'gate' }>): void {
  const { now, newId } = draft.context;
  const landing = step.gate === 'landing_approval' ? landingFor(draft, step.step_id) : undefined;
  const gate: Gate = {
    gateId: newId(),
    subjectDigest: landing
      ? landingSubjectDigest(landing.tree, landing.verdict)
      : draft.workflow.definition.plan_digest,
    expiresAt: now + step.expires_s * 1000,
  };
  draft.move(step.step_id, 'open_gate', { gate, startedAt: now, wakeAt: gate.expiresAt });
  draft.fact('gate_opened', {
    ...draft.ids,
    gate_id: gate.gateId,
    step_id: step.step_id,
    kind: step.gate,
    subject_digest: gate.subjectDigest,
    ...(landing && { landing }),
    expires_at: draft.timestamp(gate.expiresAt),
  });
}

/** Also the repeat when no answer comes: integration is idempotent for the same landing. */
export function orderLanding(draft: WorkflowDraft, stepId: string): void {
  const { change, approval } = evidenceFor(draft.workflow, stepId);
  if (!change) throw new TypeError(`step ${stepId} has no change to land`);
  draft.emit({
    kind: 'land',
    payload: {
      ...draft.ids,
      step_id: stepId,
      ...landingFor(draft, stepId),
      producer_agent_id: change.agentId,
      ...(approval && {
        approval: {
          approval_id: approval.approvalId,
          subject_digest: approval.subjectDigest,
          decided_by: approval.decidedBy,
        },
      }),
    },
  });
}

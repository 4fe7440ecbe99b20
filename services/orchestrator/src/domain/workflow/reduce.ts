import { assertNever } from '@ymera/kernel';
import { failForLackOfAgents } from '../attempt/attempt-failure';
import { beginSteps } from '../step/begin-steps';
import type { Effect } from './effect';
import { cancelWorkflow } from './end-workflow';
import * as agents from '../attempt/handle-agents';
import * as gates from '../step/handle-gates';
import * as integration from '../landing/handle-integration';
import * as time from './handle-time';
import type { Workflow } from './workflow';
import { WorkflowDraft, type WorkflowContext } from './workflow-draft';
import type { WorkflowEvent } from './workflow-event';

export interface Reduction {
  /** The identical object when nothing changed. */
  readonly workflow: Workflow;
  readonly effects: readonly Effect[];
}

/**
 * The whole engine: the effect of an event on a workflow. Pure, so that a workflow can be replayed, simulated and
 * explained. An event that is late, repeated or about something else changes nothing; the agent that sent it gets an
 * answer.
 */
export function reduce(workflow: Workflow, event: WorkflowEvent, context: WorkflowContext): Reduction {
  const draft = new WorkflowDraft(workflow, context);
  if (workflow.state === 'running' || isClaim(event)) {
    handle(draft, event);
    beginSteps(draft);
  }
  return { workflow: draft.workflow, effects: draft.effects };
}

/** Agents get an answer also when the workflow is over. */
const isClaim = ({ kind }: WorkflowEvent): boolean => kind === 'task_ended' || kind === 'task_accepted';

function handle(draft: WorkflowDraft, event: WorkflowEvent): void {
  switch (event.kind) {
    case 'agent_assigned':
      return agents.assign(draft, event.stepId, event.agent, event.reason);
    case 'agent_missing':
      if (draft.findStep(event.stepId)?.state === 'ready') draft.explain(event.stepId, event.reason);
      return;
    case 'agents_exhausted':
      return failForLackOfAgents(draft, event.stepId, event.reason);
    case 'task_accepted':
      return agents.accept(draft, event.claim);
    case 'task_declined':
      return agents.decline(draft, event.claim, event.code, event.message);
    case 'task_ended':
      return agents.end(draft, event.claim, event.result);
    case 'attempt_lost':
      return time.loseLease(draft, event.stepId, event.key, event.cause);
    case 'deadline_passed':
      return time.expireDeadline(draft, event.stepId, event.key);
    case 'queue_expired':
      return time.expireQueue(draft, event.stepId);
    case 'backoff_over':
      return time.retryAttempt(draft, event.stepId);
    case 'budget_spent':
      return time.spendBudget(draft);
    case 'gate_decided':
      return gates.decideGate(draft, event.decision);
    case 'gate_expired':
      return gates.expireGate(draft, event.stepId, event.gateId);
    case 'change_materialised':
      return integration.recordCommit(draft, event.change);
    case 'change_refused':
      return integration.refuseChange(draft, event.refusal);
    case 'change_landed':
      return integration.land(draft, event.landed);
    case 'landing_refused':
      return integration.refuseLanding(draft, event.refusal);
    case 'integration_overdue':
      return integration.askIntegrationAgain(draft, event.stepId);
    case 'cancel_requested':
      return cancelWorkflow(draft, event.by, event.reason);
    default:
      return assertNever(event);
  }
}

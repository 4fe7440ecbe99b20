import { agentsThatFailed } from '../attempt/attempt-failure';
import type { AttemptState } from '../attempt/attempt-lifecycle';
import { evidenceFor } from './evidence';
import { stepOf } from '../workflow/plan-graph';
import type { Workflow } from '../workflow/workflow';
import type { Need } from '../agents/select-agent';

const avoidedAfter: ReadonlySet<AttemptState> = new Set(['lost', 'declined', 'failed']);

/** Which agent a ready step asks for. */
export function needOfStep(workflow: Workflow, stepId: string): Need | undefined {
  const planned = stepOf(workflow.definition.plan, stepId);
  const step = workflow.steps[stepId];
  if (planned.kind !== 'task' || !step) return undefined;
  const producer = planned.produces === 'verdict' ? evidenceFor(workflow, stepId).change?.agentId : undefined;
  return {
    agentType: planned.agent_type,
    failed: agentsThatFailed(step),
    excluded: producer === undefined ? [] : [producer],
    avoided: step.attempts
      .filter(({ taskId, state }) => taskId === step.taskId && avoidedAfter.has(state))
      .map(({ agentId }) => agentId),
  };
}

import { evidenceFor } from './evidence';
import { stepOf } from './plan-graph';
import type { Workflow } from './workflow';
import type { Need } from './select-agent';

/** The agent that a ready step needs. */
export function needOfStep(workflow: Workflow, stepId: string): Need | undefined {
  const planned = stepOf(workflow.definition.plan, stepId);
  const step = workflow.steps[stepId];
  if (planned.kind !== 'task' || !step) return undefined;
  const producer = planned.produces === 'verdict' ? evidenceFor(workflow, stepId).change?.agentId : undefined;
  return {
    agentType: planned.agent_type,
    excluded: producer === undefined ? [] : [producer],
    avoided: step.attempts
      .filter(({ taskId, state }) => taskId === step.taskId && (state === 'lost' || state === 'declined'))
      .map(({ agentId }) => agentId),
  };
}

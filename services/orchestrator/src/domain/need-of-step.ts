import { evidenceFor } from './evidence';
import { stepOf } from './plan-graph';
import type { Run } from './run';
import type { Need } from './select-agent';

/** Which agent a ready step asks for. */
export function needOfStep(run: Run, stepId: string): Need | undefined {
  const planned = stepOf(run.definition.plan, stepId);
  const step = run.steps[stepId];
  if (planned.kind !== 'task' || !step) return undefined;
  const producer = planned.produces === 'verdict' ? evidenceFor(run, stepId).change?.agentId : undefined;
  return {
    agentType: planned.agent_type,
    excluded: producer === undefined ? [] : [producer],
    avoided: step.attempts
      .filter(({ taskId, state }) => taskId === step.taskId && (state === 'lost' || state === 'declined'))
      .map(({ agentId }) => agentId),
  };
}

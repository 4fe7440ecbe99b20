import type { PlanStep } from '@ymera/contracts';
import type { Workflow } from './workflow';

/** The steps that can begin: pending, with every dependency completed. In the plan's order. */
export function runnableSteps(workflow: Workflow): readonly PlanStep[] {
  if (workflow.state !== 'running') return [];
  return workflow.definition.plan.steps.filter(
    (step) =>
      workflow.steps[step.step_id]?.state === 'pending' &&
      step.depends_on.every((id) => workflow.steps[id]?.state === 'completed'),
  );
}

export const isEverythingDone = (workflow: Workflow): boolean =>
  Object.values(workflow.steps).every(({ state }) => state === 'completed');

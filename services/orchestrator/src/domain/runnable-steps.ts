import type { PlanStep } from '@ymera/contracts';
import type { Run } from './run';

/** Which steps can begin: they have not, and everything they depend on is completed. In the plan's order. */
export function runnableSteps(run: Run): readonly PlanStep[] {
  if (run.state !== 'running') return [];
  return run.definition.plan.steps.filter(
    (step) =>
      run.steps[step.step_id]?.state === 'pending' &&
      step.depends_on.every((id) => run.steps[id]?.state === 'completed'),
  );
}

export const isEverythingDone = (run: Run): boolean =>
  Object.values(run.steps).every(({ state }) => state === 'completed');

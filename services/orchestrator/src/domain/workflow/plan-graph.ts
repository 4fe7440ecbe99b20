import type { Plan, PlanStep } from '@ymera/contracts';

/** A step that the plan is known to have; an unknown one is a bug. */
export function stepOf(plan: Plan, stepId: string): PlanStep {
  const step = plan.steps.find(({ step_id }) => step_id === stepId);
  if (!step) throw new TypeError(`the plan has no step ${stepId}`);
  return step;
}

/** Every step that `stepId` waits for, directly or not. Holds `stepId` itself only if the plan is cyclic. */
export function ancestorsOf(plan: Plan, stepId: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [...stepOf(plan, stepId).depends_on];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...stepOf(plan, next).depends_on);
  }
  return found;
}

/** Every step that waits for `stepId`, directly or not, in the plan's order. */
export const descendantsOf = (plan: Plan, stepId: string): readonly PlanStep[] =>
  plan.steps.filter(({ step_id }) => ancestorsOf(plan, step_id).has(stepId));

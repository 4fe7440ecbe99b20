import type { Plan, PlanStep } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { ancestorsOf, stepOf } from './plan-graph';
import type { WorkflowDefinition } from './workflow';

const invalid = (message: string): Result<never> => err(failure('validation', 'plan_invalid', message));

/** What a plan must satisfy beyond its shape before it may be executed. The engine relies on it. */
export function checkPlan(plan: Plan): Result<Plan> {
  const ids = new Set(plan.steps.map((step) => step.step_id));
  if (ids.size !== plan.steps.length) return invalid('Two steps have the same id.');
  for (const step of plan.steps) {
    const stranger = step.depends_on.find((id) => !ids.has(id));
    if (stranger) return invalid(`Step ${step.step_id} depends on unknown step ${stranger}.`);
  }
  for (const step of plan.steps)
    if (ancestorsOf(plan, step.step_id).has(step.step_id))
      return invalid(`Step ${step.step_id} is part of a dependency cycle.`);
  const changing = plan.steps.filter((step) => produces(step, 'change'));
  if (changing.length > 1)
    return invalid(
      `A plan in which more than one step produces a change is invalid: ${changing.map((step) => step.step_id).join(' and ')}.`,
    );
  for (const step of plan.steps) {
    const checked = checkStep(plan, step);
    if (!checked.ok) return checked;
  }
  return ok(plan);
}

/** A prepared change is the output of a step without dependencies, on the base of the workflow. */
export function checkPrepared({ plan, base, prepared }: WorkflowDefinition): Result<Plan> {
  if (!prepared) return ok(plan);
  const step = plan.steps.find(({ step_id }) => step_id === prepared.step_id);
  if (!step || !produces(step, 'change') || step.depends_on.length > 0)
    return invalid(
      `Step ${prepared.step_id} cannot have a prepared change: it must produce a change and depend on no step.`,
    );
  return prepared.base === base
    ? ok(plan)
    : invalid(`The prepared change is on base ${prepared.base}, but the workflow is on ${base}.`);
}

function checkStep(plan: Plan, step: PlanStep): Result<PlanStep> {
  const before = ancestorsOf(plan, step.step_id);
  const follows = (output: Output): boolean => [...before].some((id) => produces(stepOf(plan, id), output));

  if (step.kind === 'task' && step.on_rejection) {
    const target = step.on_rejection.loop_back_to;
    if (!before.has(target) || stepOf(plan, target).kind !== 'task')
      return invalid(
        `Step ${step.step_id} can send work back only to a task that it depends on, not to ${target}.`,
      );
  }
  if (produces(step, 'verdict') && !follows('change'))
    return invalid(`Step ${step.step_id} gives a verdict, but no step before it produces a change.`);
  const lands = step.kind === 'integration' || (step.kind === 'gate' && step.gate === 'landing_approval');
  if (lands && !(follows('change') && follows('tests') && follows('verdict')))
    return invalid(`Step ${step.step_id} needs a change, its tests and a verdict from steps before it.`);
  if (step.kind === 'integration') {
    const beside = plan.steps.find(
      ({ step_id }) =>
        step_id !== step.step_id && !before.has(step_id) && !ancestorsOf(plan, step_id).has(step.step_id),
    );
    if (beside)
      return invalid(
        `Step ${beside.step_id} could run beside the landing of ${step.step_id}; one must depend on the other.`,
      );
  }
  return ok(step);
}

type Output = 'change' | 'tests' | 'verdict';

const produces = (step: PlanStep, output: Output): boolean =>
  step.kind === 'task' && step.produces === output;

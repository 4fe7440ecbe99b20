import type { Plan, PlanStep } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { ancestorsOf, stepOf } from './plan-graph';
import type { WorkflowDefinition } from './workflow';

const invalid = (message: string): Result<never> => err(failure('validation', 'plan_invalid', message));

/** What a plan must satisfy beyond its shape before it may run. A run may then rely on it. */
export function checkPlan(plan: Plan): Result<Plan> {
  const ids = new Set(plan.steps.map((step) => step.step_id));
  if (ids.size !== plan.steps.length) return invalid('Two steps have the same id.');
  for (const step of plan.steps) {
    const stranger = step.depends_on.find((id) => !ids.has(id));
    if (stranger) return invalid(`${step.step_id} depends on ${stranger}, which is no step.`);
  }
  for (const step of plan.steps)
    if (ancestorsOf(plan, step.step_id).has(step.step_id))
      return invalid(`${step.step_id} depends on itself, by way of others or directly.`);
  const changing = plan.steps.filter((step) => produces(step, 'change'));
  if (changing.length > 1)
    return invalid(`${changing.map((step) => step.step_id).join(' and ')} both produce a change; one may.`);
  for (const step of plan.steps) {
    const checked = checkStep(plan, step);
    if (!checked.ok) return checked;
  }
  return ok(plan);
}

/** A change that was made before the run is the output of a step that needs nothing, on the base of the run. */
export function checkPrepared({ plan, base, prepared }: WorkflowDefinition): Result<Plan> {
  if (!prepared) return ok(plan);
  const step = plan.steps.find(({ step_id }) => step_id === prepared.step_id);
  if (!step || !produces(step, 'change') || step.depends_on.length > 0)
    return invalid(`${prepared.step_id} is no first step that produces a change.`);
  return prepared.base === base
    ? ok(plan)
    : invalid(`The prepared change is on ${prepared.base}, the run on ${base}.`);
}

function checkStep(plan: Plan, step: PlanStep): Result<PlanStep> {
  const before = ancestorsOf(plan, step.step_id);
  const follows = (output: Output): boolean => [...before].some((id) => produces(stepOf(plan, id), output));

  if (step.kind === 'task' && step.on_rejection) {
    const target = step.on_rejection.loop_back_to;
    if (!before.has(target) || stepOf(plan, target).kind !== 'task')
      return invalid(`${step.step_id} can only send work back to a task it depends on, not to ${target}.`);
  }
  if (produces(step, 'verdict') && !follows('change'))
    return invalid(`${step.step_id} gives a verdict, but nothing before it produces a change.`);
  const lands = step.kind === 'integration' || (step.kind === 'gate' && step.gate === 'landing_approval');
  if (lands && !(follows('change') && follows('tests') && follows('verdict')))
    return invalid(`${step.step_id} needs a change, its tests and a verdict from steps before it.`);
  if (step.kind === 'integration') {
    const beside = plan.steps.find(
      ({ step_id }) =>
        step_id !== step.step_id && !before.has(step_id) && !ancestorsOf(plan, step_id).has(step.step_id),
    );
    if (beside) return invalid(`${beside.step_id} could run beside the landing of ${step.step_id}.`);
  }
  return ok(step);
}

type Output = 'change' | 'tests' | 'verdict';

const produces = (step: PlanStep, output: Output): boolean =>
  step.kind === 'task' && step.produces === output;

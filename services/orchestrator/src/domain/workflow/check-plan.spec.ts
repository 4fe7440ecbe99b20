import type { Plan, PlanStep } from '@ymera/contracts';
import {
  definitionOf,
  enhance,
  enhancePlan,
  gatedPlan,
  integrate,
  loopingPlan,
  planOf,
  review,
  test,
  validate,
} from '../../testing/plans';
import { idFrom, WorkflowScenario } from '../../testing/workflow-scenario';
import { defaultWorkflowPolicy } from './workflow-policy';
import { startWorkflowState } from './start-workflow';
import { checkPlan } from './check-plan';

const changed = (step: PlanStep, patch: Partial<PlanStep>): PlanStep => ({ ...step, ...patch }) as PlanStep;

describe('checkPlan', () => {
  it.each([enhancePlan, gatedPlan, loopingPlan])('accepts a plan that can run', (plan) => {
    expect(checkPlan(plan)).toEqual({ ok: true, value: plan });
  });

  it.each<[string, Plan]>([
    ['Two steps have the same id', planOf([review, review])],
    ['on unknown step nowhere', planOf([changed(review, { depends_on: ['nowhere'] })])],
    ['part of a dependency cycle', planOf([changed(review, { depends_on: ['review'] })])],
    [
      'part of a dependency cycle',
      planOf([changed(review, { depends_on: ['test'] }), changed(test, { depends_on: ['review'] })]),
    ],
    [
      'more than one step produces a change',
      planOf([review, enhance, changed(enhance, { step_id: 'again' })]),
    ],
    [
      'can send work back only',
      planOf([
        review,
        changed(test, { depends_on: [], on_rejection: { loop_back_to: 'review', max_loops: 1 } }),
      ]),
    ],
    ['no step before it produces a change', planOf([changed(validate, { depends_on: [] })])],
    [
      'needs a change, its tests and a verdict',
      planOf([review, enhance, changed(integrate, { depends_on: ['enhance'] })]),
    ],
    [
      'beside the landing',
      planOf([
        review,
        enhance,
        test,
        validate,
        integrate,
        changed(review, { step_id: 'other', depends_on: [] }),
      ]),
    ],
  ])('refuses a plan with the message: %s', (sentence, plan) => {
    const checked = checkPlan(plan);
    expect(checked.ok ? '' : checked.error.message).toContain(sentence);
  });

  it('creates and fails a workflow of an invalid plan, so that its requester is told of its end', () => {
    const scenario = new WorkflowScenario(planOf([review, review]));
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'plan_invalid' } });
    expect(scenario.facts('workflow_failed')).toHaveLength(1);
  });

  it('refuses a plan whose digest differs from the given one: approvals are bound to the digest', () => {
    const context = { now: 0, newId: () => idFrom(1), random: () => 0, policy: defaultWorkflowPolicy };
    const plan_digest = `sha256:${'0'.repeat(64)}`;
    const { workflow } = startWorkflowState(definitionOf(enhancePlan, { plan_digest }), context);
    expect(workflow).toMatchObject({ state: 'failed', error: { code: 'plan_digest_mismatch' } });
  });
});

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
} from '../testing/plans';
import { idFrom, WorkflowScenario } from '../testing/workflow-scenario';
import { defaultWorkflowPolicy } from './workflow-policy';
import { startWorkflowState } from './start-workflow';
import { checkPlan } from './check-plan';

const changed = (step: PlanStep, patch: Partial<PlanStep>): PlanStep => ({ ...step, ...patch }) as PlanStep;

describe('checkPlan', () => {
  it.each([enhancePlan, gatedPlan, loopingPlan])('takes a plan that can run', (plan) => {
    expect(checkPlan(plan)).toEqual({ ok: true, value: plan });
  });

  it.each<[string, Plan]>([
    ['Two steps have the same id', planOf([review, review])],
    ['which is no step', planOf([changed(review, { depends_on: ['nowhere'] })])],
    ['depends on itself', planOf([changed(review, { depends_on: ['review'] })])],
    [
      'depends on itself',
      planOf([changed(review, { depends_on: ['test'] }), changed(test, { depends_on: ['review'] })]),
    ],
    ['both produce a change', planOf([review, enhance, changed(enhance, { step_id: 'again' })])],
    [
      'can only send work back',
      planOf([
        review,
        changed(test, { depends_on: [], on_rejection: { loop_back_to: 'review', max_loops: 1 } }),
      ]),
    ],
    ['nothing before it produces a change', planOf([changed(validate, { depends_on: [] })])],
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
  ])('refuses with a sentence: %s', (sentence, plan) => {
    const checked = checkPlan(plan);
    expect(checked.ok ? '' : checked.error.message).toContain(sentence);
  });

  it('lets a run of a bad plan exist and fail, so that whoever ordered it hears of its end', () => {
    const scenario = new WorkflowScenario(planOf([review, review]));
    expect(scenario.workflow).toMatchObject({ state: 'failed', error: { code: 'plan_invalid' } });
    expect(scenario.facts('workflow_failed')).toHaveLength(1);
  });

  it('does not run a plan under the digest of another one: approvals are bound to it', () => {
    const context = { now: 0, newId: () => idFrom(1), random: () => 0, policy: defaultWorkflowPolicy };
    const plan_digest = `sha256:${'0'.repeat(64)}`;
    const { workflow } = startWorkflowState(definitionOf(enhancePlan, { plan_digest }), context);
    expect(workflow).toMatchObject({ state: 'failed', error: { code: 'plan_digest_mismatch' } });
  });
});

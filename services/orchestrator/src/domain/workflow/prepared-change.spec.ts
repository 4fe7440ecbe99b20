import { landChange, remakeChange } from '@ymera/contracts';
import {
  approvePlan,
  base,
  definitionOf,
  enhance,
  integrate,
  oid,
  planOf,
  test,
  validate,
} from '../../testing/plans';
import { approvingVerdict, passedTests, WorkflowScenario } from '../../testing/workflow-scenario';
import { startWorkflowState } from './start-workflow';
import { workflowView } from './workflow-view';

const id = (suffix: string): string => `01936d00-0000-7000-8000-${suffix.padStart(12, '0')}`;
const revert = {
  ...enhance,
  step_id: 'revert',
  name: 'revert',
  depends_on: [],
  agent_type: 'PROJECT' as const,
};
const plan = planOf([
  revert,
  { ...test, depends_on: ['revert'] },
  { ...validate, depends_on: ['revert', 'test'] },
  integrate,
]);
const { commit, tree } = approvingVerdict();
const prepared = {
  step_id: 'revert',
  task_id: id('11'),
  change_id: id('12'),
  base,
  commit,
  tree,
  agent_id: 'integration',
  reverts: { change_id: id('13'), base, commit: oid('f') },
};
const scenarioOf = () => new WorkflowScenario(plan, undefined, { prepared });

describe('a workflow with a prepared change', () => {
  it('begins with the tests of the change', () => {
    const scenario = scenarioOf();
    expect(scenario.states()).toEqual({
      revert: 'completed',
      test: 'ready',
      validate: 'pending',
      integrate: 'pending',
    });
    scenario.assign('test');
    expect(scenario.sent('task').at(-1)?.payload).toMatchObject({
      input: {
        change: { change_id: prepared.change_id, commit, tree, agent_id: 'integration' },
        reverts: prepared.reverts,
      },
    });
    expect(workflowView(scenario.workflow, new Map()).steps[0]).toMatchObject({
      state: 'completed',
      agent_type: 'PROJECT',
      agent_id: 'integration',
      attempts: 0,
    });
  });

  it('lands exactly that change', () => {
    const scenario = scenarioOf();
    scenario.do('test', { tests: passedTests(tree) });
    scenario.do('validate', { verdict: approvingVerdict() });
    const [order] = scenario.orders('land');
    expect(order?.kind === 'land' && landChange.payload.parse(order.payload)).toMatchObject({
      change_id: prepared.change_id,
      commit,
      producer_agent_id: 'integration',
    });
    scenario.land(prepared.change_id);
    expect(scenario.workflow.state).toBe('completed');
  });

  it('fails when the change is rejected: no agent can rework it', () => {
    const scenario = scenarioOf();
    scenario.do('test', { tests: { ...passedTests(tree), failed: 1, passed: 0, exit_code: 1 } });
    expect([scenario.workflow.state, scenario.workflow.error?.code]).toEqual(['failed', 'tests_failed']);
  });

  const overtaken = (): WorkflowScenario => {
    const scenario = scenarioOf();
    scenario.do('test', { tests: passedTests(tree) });
    scenario.do('validate', { verdict: approvingVerdict() });
    scenario.refuseLanding(oid('e'));
    return scenario;
  };
  const about = {
    project_id: 'sample',
    workflow_id: definitionOf(plan).workflow_id,
    request_id: definitionOf(plan).request_id,
    step_id: 'revert',
    task_id: prepared.task_id,
    attempt: 1,
    agent_id: 'integration',
    base: oid('e'),
  };

  it('has the change rebased when the branch has moved, and tested again', () => {
    const scenario = overtaken();
    expect(scenario.orders('remake').map(({ payload }) => remakeChange.payload.parse(payload))).toMatchObject(
      [
        {
          change_id: prepared.change_id,
          task_id: prepared.task_id,
          attempt: 1,
          agent_id: 'integration',
          onto: oid('e'),
        },
      ],
    );
    const again = { change_id: id('14'), commit: oid('1'), tree: oid('2'), files: 1 };
    scenario.send({ kind: 'change_materialised', change: { ...about, ...again } });
    expect(scenario.states()).toMatchObject({ revert: 'completed', test: 'ready' });
    scenario.do('test', { tests: passedTests(again.tree) });
    expect(scenario.states()).toMatchObject({ validate: 'ready' });
  });

  it('fails with the conflicting files when the change cannot be rebased', () => {
    const scenario = overtaken();
    const error = { code: 'merge_conflict', message: 'a.js', retryable: false };
    scenario.send({ kind: 'change_refused', refusal: { ...about, error, findings: [] } });
    expect([scenario.workflow.state, scenario.workflow.error]).toMatchObject(['failed', error]);
  });

  it.each([
    ['of an unknown step', { ...prepared, step_id: 'other' }],
    ['of a step that produces no change', { ...prepared, step_id: 'test' }],
    ['on another base', { ...prepared, base: oid('9') }],
  ])('fails at once with a prepared change %s', (_what, wrong) => {
    expect(new WorkflowScenario(plan, undefined, { prepared: wrong }).workflow.error?.code).toBe(
      'plan_invalid',
    );
  });

  it('fails at once when a step comes before the change', () => {
    const later = planOf([approvePlan, { ...revert, depends_on: ['approve_plan'] }, ...plan.steps.slice(1)]);
    const context = new WorkflowScenario(plan).context;
    expect(startWorkflowState(definitionOf(later, { prepared }), context).workflow.error?.code).toBe(
      'plan_invalid',
    );
  });
});

import type { Plan, PlanStep } from '@ymera/contracts';
import { digestOf } from '@ymera/kernel';
import type { WorkflowDefinition } from '../domain/workflow/workflow';

export const oid = (digit: string): string => digit.repeat(40);
export const base = oid('b');

type TaskStep = Extract<PlanStep, { kind: 'task' }>;

const task = (
  step: Partial<TaskStep> & Pick<TaskStep, 'step_id' | 'agent_type' | 'task_type' | 'produces'>,
): TaskStep => ({
  kind: 'task',
  name: step.step_id,
  depends_on: [],
  max_attempts: 3,
  timeout_s: 600,
  ...step,
});

export const review = task({
  step_id: 'review',
  agent_type: 'EXAMINATION',
  task_type: 'review',
  produces: 'findings',
});
export const enhance = task({
  step_id: 'enhance',
  agent_type: 'ENHANCEMENT',
  task_type: 'enhance',
  produces: 'change',
  depends_on: ['review'],
});
export const test = task({
  step_id: 'test',
  agent_type: 'TESTING',
  task_type: 'test',
  produces: 'tests',
  depends_on: ['enhance'],
});
export const validate = task({
  step_id: 'validate',
  agent_type: 'EXAMINATION',
  task_type: 'validate',
  produces: 'verdict',
  depends_on: ['enhance', 'test'],
});
const approveLanding: PlanStep = {
  kind: 'gate',
  step_id: 'approve_landing',
  name: 'approve the landing',
  depends_on: ['validate'],
  gate: 'landing_approval',
  expires_s: 3600,
};
export const approvePlan: PlanStep = {
  ...approveLanding,
  step_id: 'approve_plan',
  name: 'approve the plan',
  gate: 'plan_approval',
  depends_on: [],
};
export const integrate: PlanStep = {
  kind: 'integration',
  step_id: 'integrate',
  name: 'integrate',
  depends_on: ['validate'],
  timeout_s: 120,
};

export const planOf = (steps: readonly PlanStep[], budget_s = 3600): Plan => ({
  intent: 'ENHANCE',
  title: 'Improve the performance of this algorithm',
  risk: 'high',
  budget_s,
  steps: [...steps],
});

/** Review, enhance, test, validate, integrate, without gates. */
export const enhancePlan = planOf([review, enhance, test, validate, integrate]);

export const gatedPlan = planOf([
  approvePlan,
  { ...review, depends_on: ['approve_plan'] },
  enhance,
  test,
  validate,
  approveLanding,
  { ...integrate, depends_on: ['approve_landing'] },
]);

/** Failed tests and a rejecting verdict send the work back, once and twice. */
export const loopingPlan = planOf([
  review,
  enhance,
  { ...test, on_rejection: { loop_back_to: 'enhance', max_loops: 1 } },
  { ...validate, on_rejection: { loop_back_to: 'enhance', max_loops: 2 } },
  integrate,
]);

export const workflowId = '01936d00-0000-7000-8000-0000000000bb';

export const definitionOf = (plan: Plan, changed: Partial<WorkflowDefinition> = {}): WorkflowDefinition => ({
  workflow_id: workflowId,
  request_id: '01936d00-0000-7000-8000-0000000000aa',
  requested_by: 'ada',
  request_text: 'Improve the performance of this algorithm',
  intent: 'ENHANCE',
  plan,
  plan_digest: digestOf(plan),
  project: {
    project_id: 'sample',
    default_branch: 'main',
    commands: { test: 'node --test' },
    performance: { min_speedup: 1.5 },
    workspace_url: 'http://127.0.0.1:8005/git/sample.git',
  },
  base,
  ...changed,
});

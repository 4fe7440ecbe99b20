import type { AgentType, Intent, Plan, PlanStep, TaskType } from '@ymera/contracts';
import { err, failure, ok, type Result, truncateEnd } from '@ymera/kernel';

/** Limits of a plan, in seconds. */
export interface PlanningLimits {
  readonly taskTimeoutS: number;
  readonly gateExpiryS: number;
  readonly budgetS: number;
}

interface Work {
  readonly analysis: TaskType;
  readonly make: { readonly task: TaskType; readonly by: AgentType };
}

/** Intents that end in a landed change: the first agent that reads the code, and the agent that makes the change. */
const changing: Partial<Record<Intent, Work>> = {
  ENHANCE: { analysis: 'review', make: { task: 'enhance', by: 'ENHANCEMENT' } },
  DEBUG: { analysis: 'analyse', make: { task: 'fix', by: 'CODING' } },
  FEATURE: { analysis: 'review', make: { task: 'code', by: 'CODING' } },
  DOCUMENT: { analysis: 'review', make: { task: 'code', by: 'CODING' } },
  SECURITY: { analysis: 'review', make: { task: 'fix', by: 'CODING' } },
};

/** Agents that write code also write tests, and tests land like code. */
const testWriting: Work = { analysis: 'review', make: { task: 'code', by: 'CODING' } };

/** How many times a rejected change is sent back before the workflow fails. */
const reworkLoops = 2;

/** The plan for an intent. Every change of a project passes tests, an examination and a person before it lands. */
export function planFor(
  { intent, writesTests = false }: { readonly intent: Intent; readonly writesTests?: boolean },
  title: string,
  limits: PlanningLimits,
): Result<Plan> {
  const work = intent === 'TEST' && writesTests ? testWriting : changing[intent];
  if (work) return ok({ ...common(intent, title, limits), risk: 'high', steps: changeSteps(work, limits) });
  if (intent === 'REVIEW' || intent === 'TEST')
    return ok({ ...common(intent, title, limits), risk: 'low', steps: [analysisStep(intent, limits)] });
  return err(
    failure(
      'validation',
      'intent_unsupported',
      `A request to ${intent.toLowerCase()} cannot be planned yet.`,
      {
        suggestion: 'Ask for a fix, a feature, an improvement, new tests, a review or a test run.',
      },
    ),
  );
}

/** The step whose change integration creates before the workflow starts. */
export const revertStep = 'revert';

/**
 * The plan that reverts a landed change. Integration has created the change already, so there is no plan to approve and no
 * agent to send it back to: a rejection by the tests or the examination fails the workflow.
 */
export const planRevert = (title: string, limits: PlanningLimits): Plan => ({
  ...common('INTEGRATE', title, limits),
  risk: 'high',
  steps: [
    {
      kind: 'task',
      step_id: revertStep,
      name: revertStep,
      depends_on: [],
      agent_type: 'PROJECT',
      task_type: 'fix',
      produces: 'change',
      max_attempts: 1,
      timeout_s: limits.taskTimeoutS,
    },
    ...landingSteps(revertStep, limits, {}),
  ],
});

/** The agent types that a plan needs; the PROJECT agent is the platform itself. */
export const agentTypesOf = (plan: Plan): AgentType[] => [
  ...new Set(
    plan.steps.flatMap((step) =>
      step.kind === 'task' && step.agent_type !== 'PROJECT' ? [step.agent_type] : [],
    ),
  ),
];

const common = (
  intent: Intent,
  title: string,
  { budgetS }: PlanningLimits,
): Omit<Plan, 'risk' | 'steps'> => ({
  intent,
  title: truncateEnd(title, 200),
  budget_s: budgetS,
});

function changeSteps({ analysis, make }: Work, limits: PlanningLimits): PlanStep[] {
  const task = { kind: 'task', max_attempts: 3, timeout_s: limits.taskTimeoutS } as const;
  const gate = { kind: 'gate', expires_s: limits.gateExpiryS } as const;
  return [
    { ...gate, step_id: 'approve_plan', name: 'approve the plan', depends_on: [], gate: 'plan_approval' },
    {
      ...task,
      step_id: analysis,
      name: analysis,
      depends_on: ['approve_plan'],
      agent_type: 'EXAMINATION',
      task_type: analysis,
      produces: 'findings',
    },
    {
      // In parallel with the review: a failure before the change is not caused by the change.
      ...task,
      step_id: 'baseline',
      name: 'baseline',
      depends_on: ['approve_plan'],
      agent_type: 'TESTING',
      task_type: 'test',
      produces: 'findings',
    },
    {
      ...task,
      step_id: make.task,
      name: make.task,
      depends_on: [analysis, 'baseline'],
      agent_type: make.by,
      task_type: make.task,
      produces: 'change',
    },
    ...landingSteps(make.task, limits, {
      on_rejection: { loop_back_to: make.task, max_loops: reworkLoops },
    }),
  ];
}

type Rework = Pick<Extract<PlanStep, { kind: 'task' }>, 'on_rejection'>;

/** From a change to a landed commit. */
function landingSteps(maker: string, limits: PlanningLimits, rework: Rework): PlanStep[] {
  const task = { kind: 'task', max_attempts: 3, timeout_s: limits.taskTimeoutS } as const;
  const gate = { kind: 'gate', expires_s: limits.gateExpiryS } as const;
  return [
    {
      ...task,
      step_id: 'test',
      name: 'test',
      depends_on: [maker],
      agent_type: 'TESTING',
      task_type: 'test',
      produces: 'tests',
      ...rework,
    },
    {
      ...task,
      step_id: 'validate',
      name: 'validate',
      depends_on: ['test'],
      agent_type: 'EXAMINATION',
      task_type: 'validate',
      produces: 'verdict',
      ...rework,
    },
    {
      ...gate,
      step_id: 'approve_landing',
      name: 'approve the landing',
      depends_on: ['validate'],
      gate: 'landing_approval',
    },
    {
      kind: 'integration',
      step_id: 'integrate',
      name: 'integrate',
      depends_on: ['approve_landing'],
      timeout_s: limits.taskTimeoutS,
    },
  ];
}

function analysisStep(intent: 'REVIEW' | 'TEST', { taskTimeoutS }: PlanningLimits): PlanStep {
  const review = {
    step_id: 'review',
    agent_type: 'EXAMINATION',
    task_type: 'review',
    produces: 'findings',
  } as const;
  const test = { step_id: 'test', agent_type: 'TESTING', task_type: 'test', produces: 'tests' } as const;
  const step = intent === 'REVIEW' ? review : test;
  return {
    kind: 'task',
    name: step.step_id,
    depends_on: [],
    max_attempts: 3,
    timeout_s: taskTimeoutS,
    ...step,
  };
}

import type { AgentType, StepState } from '@ymera/contracts';
import { stepOf } from './plan-graph';
import type { Attempt, Workflow } from './workflow';
import type { WorkflowPolicy } from './workflow-policy';
import { isActiveStep } from '../step/step-lifecycle';
import { timersOf, type Timer } from './timers';

/** A step that must be moved on by something else: an agent, a timer, a person, another service. */
export interface ActiveStep {
  readonly stepId: string;
  readonly state: StepState;
  /** The agent type that a ready step waits for. */
  readonly agentType: AgentType | undefined;
}

export interface AttemptOfStep extends Attempt {
  readonly stepId: string;
}

/** Stored beside the workflow's document so that it can be queried: waiting steps, due timers, held attempts. */
export interface WorkflowProjection {
  readonly activeSteps: readonly ActiveStep[];
  readonly timers: readonly Timer[];
  readonly attempts: readonly AttemptOfStep[];
}

export function projectionOf(workflow: Workflow, policy: WorkflowPolicy): WorkflowProjection {
  const steps = Object.values(workflow.steps);
  return {
    activeSteps:
      workflow.state !== 'running'
        ? []
        : steps
            .filter(({ state }) => isActiveStep(state))
            .map(({ stepId, state }) => ({ stepId, state, agentType: agentTypeOf(workflow, stepId) })),
    timers: timersOf(workflow, policy),
    attempts: steps.flatMap(({ stepId, attempts }) => attempts.map((attempt) => ({ ...attempt, stepId }))),
  };
}

function agentTypeOf(workflow: Workflow, stepId: string): AgentType | undefined {
  const planned = stepOf(workflow.definition.plan, stepId);
  return planned.kind === 'task' ? planned.agent_type : undefined;
}

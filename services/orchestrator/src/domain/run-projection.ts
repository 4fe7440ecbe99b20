import type { AgentType, StepState } from '@ymera/contracts';
import { stepOf } from './plan-graph';
import type { Attempt, Run } from './run';
import type { RunPolicy } from './run-policy';
import { isActiveStep } from './step-lifecycle';
import { timersOf, type Timer } from './timers';

/** A step that something or somebody must move on. */
export interface ActiveStep {
  readonly stepId: string;
  readonly state: StepState;
  /** Whom a ready step waits for. */
  readonly agentType: AgentType | undefined;
}

export interface AttemptOfStep extends Attempt {
  readonly stepId: string;
}

/** What is kept beside the run's document so that it can be found: who waits, what is due, who holds what. */
export interface RunProjection {
  readonly activeSteps: readonly ActiveStep[];
  readonly timers: readonly Timer[];
  readonly attempts: readonly AttemptOfStep[];
}

export function projectionOf(run: Run, policy: RunPolicy): RunProjection {
  const steps = Object.values(run.steps);
  return {
    activeSteps:
      run.state !== 'running'
        ? []
        : steps
            .filter(({ state }) => isActiveStep(state))
            .map(({ stepId, state }) => ({ stepId, state, agentType: agentTypeOf(run, stepId) })),
    timers: timersOf(run, policy),
    attempts: steps.flatMap(({ stepId, attempts }) => attempts.map((attempt) => ({ ...attempt, stepId }))),
  };
}

function agentTypeOf(run: Run, stepId: string): AgentType | undefined {
  const planned = stepOf(run.definition.plan, stepId);
  return planned.kind === 'task' ? planned.agent_type : undefined;
}

import type { ErrorShape, Finding, PlanStep, StepState } from '@ymera/contracts';
import { assertNever, type Result, truncateEnd } from '@ymera/kernel';
import { moveAttempt, type AttemptMove } from '../attempt/attempt-lifecycle';
import type { Effect, FactName, FactPayload } from './effect';
import { stepOf } from './plan-graph';
import { currentAttempt, type Attempt, type Workflow, type WorkflowStep, type Time } from './workflow';
import { moveWorkflow, type WorkflowMove } from './workflow-lifecycle';
import type { WorkflowPolicy } from './workflow-policy';
import { isActiveStep, moveStep, type StepMove } from '../step/step-lifecycle';

/** Time, ids, randomness and policy: everything that a rule may not get by itself. */
export interface WorkflowContext {
  readonly now: Time;
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
  readonly policy: WorkflowPolicy;
}

export interface ChangeContext {
  readonly reason?: string | undefined;
  readonly error?: ErrorShape | undefined;
  readonly findings?: readonly Finding[] | undefined;
}

type StepPatch = Partial<Omit<WorkflowStep, 'stepId' | 'state' | 'reasons'>>;

const keptReasons = 50;

/** The next state of a workflow while one event is handled: every change of state comes with its event. */
export class WorkflowDraft {
  readonly effects: Effect[] = [];

  constructor(
    public workflow: Workflow,
    readonly context: WorkflowContext,
  ) {}

  get ids(): { readonly workflow_id: string; readonly request_id: string; readonly project_id: string } {
    const { workflow_id, request_id, project } = this.workflow.definition;
    return { workflow_id, request_id, project_id: project.project_id };
  }

  planStep(stepId: string): PlanStep {
    return stepOf(this.workflow.definition.plan, stepId);
  }

  /** Undefined for a step that the plan does not have: events name steps, and events come from outside. */
  findStep(stepId: string): WorkflowStep | undefined {
    return this.workflow.steps[stepId];
  }

  step(stepId: string): WorkflowStep {
    const step = this.findStep(stepId);
    if (!step) throw new TypeError(`the workflow has no step ${stepId}`);
    return step;
  }

  /** In the plan's order, each once even in a plan that names one twice. */
  stepsIn(...states: readonly StepState[]): readonly WorkflowStep[] {
    const ids = new Set(this.workflow.definition.plan.steps.map(({ step_id }) => step_id));
    return [...ids].map((id) => this.step(id)).filter(({ state }) => states.includes(state));
  }

  emit(effect: Effect): void {
    this.effects.push(effect);
  }

  fact<Name extends FactName>(name: Name, payload: FactPayload<Name>): void {
    this.workflow = { ...this.workflow, facts: this.workflow.facts + 1 };
    this.emit({ kind: 'fact', name, version: this.workflow.facts, payload } as Effect);
  }

  patch(stepId: string, patch: StepPatch): void {
    this.replace({ ...this.step(stepId), ...patch });
  }

  explain(stepId: string, reason: string): void {
    const step = this.step(stepId);
    if (step.reasons.at(-1) === reason) return;
    this.replace({ ...step, reasons: [...step.reasons, reason].slice(-keptReasons) });
  }

  move(stepId: string, move: StepMove, patch: StepPatch = {}, because: ChangeContext = {}): void {
    const before = this.step(stepId);
    const state = legal(moveStep(before.state, move));
    const isOver = !isActiveStep(state) && state !== 'pending';
    this.replace({
      ...before,
      wakeAt: undefined,
      endedAt: isOver ? this.context.now : undefined,
      ...(because.error ? { error: because.error } : {}),
      ...patch,
      state,
    });
    if (because.reason) this.explain(stepId, because.reason);
    this.factOfStep(stepId, because);
  }

  moveAttempt(stepId: string, move: AttemptMove, patch: Partial<Attempt> = {}): Attempt {
    const attempt = currentAttempt(this.step(stepId));
    if (!attempt) throw new TypeError(`step ${stepId} was never dispatched`);
    const state = legal(moveAttempt(attempt.state, move));
    const isOver = state !== 'running' && state !== 'reported';
    const moved: Attempt = {
      ...attempt,
      ...(isOver ? { endedAt: this.context.now } : {}),
      ...patch,
      state,
    };
    this.putAttempt(stepId, moved);
    return moved;
  }

  /** Replaces the attempt of the same key. */
  putAttempt(stepId: string, attempt: Attempt): void {
    this.patch(stepId, {
      attempts: this.step(stepId).attempts.map((one) =>
        one.fencingToken === attempt.fencingToken ? attempt : one,
      ),
    });
  }

  moveWorkflow(
    move: WorkflowMove,
    patch: Partial<Pick<Workflow, 'error' | 'failedStepId' | 'cancelRequested'>> = {},
  ): void {
    const state = legal(moveWorkflow(this.workflow.state, move));
    this.workflow = { ...this.workflow, ...patch, state, endedAt: this.context.now };
  }

  timestamp(time: Time = this.context.now): string {
    return new Date(time).toISOString();
  }

  private replace(step: WorkflowStep): void {
    this.workflow = { ...this.workflow, steps: { ...this.workflow.steps, [step.stepId]: step } };
  }

  private factOfStep(stepId: string, { reason, error, findings }: ChangeContext): void {
    const step = this.step(stepId);
    const planned = this.planStep(stepId);
    const attempt = step.taskId === undefined ? undefined : currentAttempt(step);
    this.fact('step_changed', {
      ...this.ids,
      step_id: stepId,
      name: planned.name,
      state: step.state,
      attempt: attempt?.attempt ?? 0,
      ...agentTypeOf(planned),
      ...(attempt ? { agent_id: attempt.agentId, task_id: attempt.taskId } : {}),
      ...(reason ? { reason: truncateEnd(reason, 1000) } : {}),
      ...(error ? { error } : {}),
      ...(findings && findings.length > 0 ? { findings: [...findings] } : {}),
      changed_at: this.timestamp(),
    });
  }
}

function agentTypeOf(step: PlanStep): {
  readonly agent_type?: 'PROJECT' | Extract<PlanStep, { kind: 'task' }>['agent_type'];
} {
  switch (step.kind) {
    case 'task':
      return { agent_type: step.agent_type };
    case 'integration':
      return { agent_type: 'PROJECT' };
    case 'gate':
      return {};
    default:
      return assertNever(step);
  }
}

/** Events are checked before they move anything, so an illegal transition is a bug here, not an outcome. */
function legal<T>(moved: Result<T>): T {
  if (!moved.ok) throw new TypeError(moved.error.message);
  return moved.value;
}

import type { PlanStep, ReplyOf, getWorkflow } from '@ymera/contracts';
import { isHeld } from '../attempt/attempt-lifecycle';
import { baseOf, currentAttempt, preparedFor, type Workflow, type WorkflowStep, type Time } from './workflow';
import { resultOf } from './workflow-result';

export type WorkflowView = ReplyOf<typeof getWorkflow>;

/** Progress of the held attempts, by task id; stored with the leases. */
export type ProgressByTask = ReadonlyMap<string, number>;

const iso = (time: Time): string => new Date(time).toISOString();

/** A workflow as its published contract shows it. */
export function workflowView(workflow: Workflow, progress: ProgressByTask): WorkflowView {
  const { workflow_id, request_id, project, plan, plan_digest } = workflow.definition;
  return {
    workflow_id,
    request_id,
    project_id: project.project_id,
    state: workflow.state,
    plan_digest,
    base: baseOf(workflow),
    steps: plan.steps.flatMap((planned) => {
      const step = workflow.steps[planned.step_id];
      const maker = preparedFor(workflow, planned.step_id)?.agent_id ?? null;
      return step ? [{ ...stepView(planned, step, progress), ...(maker && { agent_id: maker }) }] : [];
    }),
    result: resultOf(workflow),
    error: workflow.error ?? null,
    started_at: iso(workflow.startedAt),
    ended_at: workflow.endedAt === undefined ? null : iso(workflow.endedAt),
  };
}

function stepView(
  planned: PlanStep,
  step: WorkflowStep,
  progress: ProgressByTask,
): WorkflowView['steps'][number] {
  const attempt = step.taskId === undefined ? undefined : currentAttempt(step);
  return {
    step_id: planned.step_id,
    name: planned.name,
    kind: planned.kind,
    state: step.state,
    agent_type:
      planned.kind === 'task' ? planned.agent_type : planned.kind === 'integration' ? 'PROJECT' : null,
    agent_id: attempt?.agentId ?? null,
    task_id: attempt?.taskId ?? null,
    attempts: step.attempts.length,
    progress: progressOf(step, progress),
    reasons: [...step.reasons],
    findings: [...(step.output?.findings ?? step.feedback)],
    error: step.error ?? null,
    started_at: step.startedAt === undefined ? null : iso(step.startedAt),
    ended_at: step.endedAt === undefined ? null : iso(step.endedAt),
    ...(attempt?.stoppedAt === undefined ? {} : { stopped_at: iso(attempt.stoppedAt) }),
    tool_ms: step.toolMs,
  };
}

function progressOf(step: WorkflowStep, progress: ProgressByTask): number {
  if (step.state === 'completed') return 1;
  const attempt = currentAttempt(step);
  if (!attempt) return 0;
  return isHeld(attempt.state) ? (progress.get(attempt.taskId) ?? 0) : Number(attempt.state === 'reported');
}

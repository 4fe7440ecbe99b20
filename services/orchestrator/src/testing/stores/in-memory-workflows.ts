import type { OrchestratorStores } from '../../application/ports';
import type { Workflow, Time } from '../../domain/workflow/workflow';
import { projectionOf, type ActiveStep } from '../../domain/workflow/workflow-projection';
import type { WorkflowPolicy } from '../../domain/workflow/workflow-policy';
import { attemptName, clear, type OrchestratorState } from './in-memory-state';

interface WorkflowState {
  readonly state: OrchestratorState;
  readonly policy: WorkflowPolicy;
  /** The database's clock. */
  readonly now: () => Time;
}

/** Writes the rows beside a workflow: its active steps, timers and attempts. */
function write({ state, policy, now }: WorkflowState, workflow: Workflow, before?: Workflow): void {
  const workflowId = workflow.definition.workflow_id;
  const { activeSteps, timers, attempts } = projectionOf(workflow, policy);
  const owed = before ? projectionOf(before, policy).timers : [];
  const sameStep = (step: ActiveStep) => state.steps.get(`${workflowId}/${step.stepId}`);
  const steps = activeSteps.map((step) => {
    const old = sameStep(step);
    return { ...step, workflowId, since: old && old.state === step.state ? old.since : now() };
  });
  const postponed = timers.map((timer) => {
    const isUnchanged = owed.some(
      ({ stepId, kind, dueAt }) => stepId === timer.stepId && kind === timer.kind && dueAt === timer.dueAt,
    );
    const old = isUnchanged ? state.timers.get(`${workflowId}/${timer.stepId}/${timer.kind}`) : undefined;
    return { ...timer, workflowId, dueAt: old?.dueAt ?? timer.dueAt };
  });
  clear(state.steps, workflowId);
  clear(state.timers, workflowId);
  for (const step of steps) state.steps.set(`${workflowId}/${step.stepId}`, step);
  for (const timer of postponed) state.timers.set(`${workflowId}/${timer.stepId}/${timer.kind}`, timer);
  for (const attempt of attempts) {
    const old = state.attempts.get(attemptName(attempt));
    const siblings = [...state.attempts.values()].filter(({ taskId }) => taskId === attempt.taskId);
    state.attempts.set(attemptName(attempt), {
      ...(old ?? {
        progress: 0,
        facts: Math.max(0, ...siblings.map(({ facts }) => facts)),
        publishedAt: 0,
        lease: 0,
        offer: 0,
        log: [],
      }),
      ...attempt,
      workflowId,
      lease: Math.max(old?.lease ?? 0, attempt.leaseExpiresAt),
      offer: Math.max(old?.offer ?? 0, attempt.offerExpiresAt),
    });
  }
}

export function inMemoryWorkflows(environment: WorkflowState): OrchestratorStores['runs'] {
  const { state } = environment;
  return {
    async insert(stored) {
      const { workflow_id } = stored.workflow.definition;
      if (state.runs.has(workflow_id)) return false;
      state.runs.set(workflow_id, stored);
      write(environment, stored.workflow);
      return true;
    },
    async lock(workflowId) {
      return state.runs.get(workflowId);
    },
    async save(before, after) {
      const workflowId = after.definition.workflow_id;
      const stored = state.runs.get(workflowId);
      if (!stored) throw new Error(`no workflow ${workflowId}`);
      state.runs.set(workflowId, { ...stored, workflow: after });
      write(environment, after, before);
    },
    async find(workflowId) {
      return state.runs.get(workflowId)?.workflow;
    },
    async page({ state: wanted, before, limit }) {
      return [...state.runs.values()]
        .map(({ workflow }) => workflow)
        .filter((workflow) => wanted === undefined || workflow.state === wanted)
        .filter(({ definition }) => before === undefined || definition.workflow_id < before)
        .sort((a, b) => (a.definition.workflow_id < b.definition.workflow_id ? 1 : -1))
        .slice(0, limit);
    },
    async deleteEndedBefore(time, limit) {
      const old = endedBefore(state, time).slice(0, limit);
      for (const workflowId of old) {
        state.runs.delete(workflowId);
        clear(state.attempts, workflowId);
        for (const [gateId, gate] of state.gates)
          if (gate.workflow_id === workflowId) state.gates.delete(gateId);
      }
      return old.length;
    },
    async deleteLogsOfEndedBefore(time, limit) {
      const old = new Set(endedBefore(state, time));
      const logged = [...state.attempts.values()].filter(
        ({ workflowId, log }) => old.has(workflowId) && log.length > 0,
      );
      const taken = new Set([...new Set(logged.map(({ workflowId }) => workflowId))].slice(0, limit));
      for (const attempt of logged) if (taken.has(attempt.workflowId)) attempt.log = [];
      return taken.size;
    },
    async repair(workflow) {
      write(environment, workflow);
    },
  };
}

const endedBefore = (state: OrchestratorState, time: Time): readonly string[] =>
  [...state.runs].flatMap(
    ([
      workflowId,
      {
        workflow: { endedAt },
      },
    ]) => (endedAt !== undefined && endedAt < time ? [workflowId] : []),
  );

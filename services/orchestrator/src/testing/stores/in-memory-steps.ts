import type { OrchestratorStores, WaitingStep } from '../../application/ports';
import { candidatesOf } from './in-memory-directory';
import type { OrchestratorState } from './in-memory-state';

export const inMemorySteps = (state: OrchestratorState): OrchestratorStores['steps'] => ({
  async waiting(agentType, after, limit) {
    return [...state.steps.values()]
      .filter((step) => step.state === 'ready' && step.agentType === agentType)
      .sort(inQueue)
      .filter((step) => after === undefined || inQueue(step, after) > 0)
      .slice(0, limit);
  },
  async countWaitingElsewhere(agentTypes, workflowId) {
    return new Map(
      agentTypes.map((type) => [
        type,
        [...state.steps.values()].filter(
          (step) => step.state === 'ready' && step.agentType === type && step.workflowId !== workflowId,
        ).length,
      ]),
    );
  },
  async countWaiting() {
    return [...state.steps.values()].filter((step) => step.state === 'ready' && step.agentType).length;
  },
  async dispatchable(at, agentTypes) {
    const waiting = [...state.steps.values()].flatMap(({ state: step, agentType }) =>
      step === 'ready' && agentType ? [agentType] : [],
    );
    const free = candidatesOf(state, at).filter(
      ({ liveness, enforcement, isRegistered, isUnresponsive, running, slots }) =>
        isRegistered && !isUnresponsive && liveness === 'online' && enforcement === 'none' && running < slots,
    );
    return [...new Set(waiting)].filter(
      (type) =>
        (agentTypes === undefined || agentTypes.includes(type)) &&
        free.some(({ agentType }) => agentType === type),
    );
  },
  async orphans(unmovedSince) {
    const timers = [...state.timers.values()];
    const stuck = [...state.steps.values()].filter(
      ({ workflowId, stepId, since }) =>
        since < unmovedSince &&
        !timers.some(
          (timer) =>
            timer.workflowId === workflowId && timer.stepId === stepId && timer.dueAt >= unmovedSince,
        ),
    );
    const idle = [...state.runs.values()].filter(
      ({ workflow }) =>
        workflow.state === 'running' &&
        ![...state.steps.values()].some(({ workflowId }) => workflowId === workflow.definition.workflow_id),
    );
    return [
      ...stuck.map(({ workflowId, stepId }) => ({ workflowId, stepId })),
      ...idle.map(({ workflow }) => ({ workflowId: workflow.definition.workflow_id, stepId: '' })),
    ];
  },
});

const inQueue = (a: WaitingStep, b: WaitingStep): number =>
  a.since - b.since ||
  (a.workflowId < b.workflowId
    ? -1
    : a.workflowId > b.workflowId
      ? 1
      : a.stepId < b.stepId
        ? -1
        : Number(a.stepId > b.stepId));

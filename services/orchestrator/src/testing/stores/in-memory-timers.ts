import type { OrchestratorStores } from '../../application/ports';
import { clear, type OrchestratorState } from './in-memory-state';

export const inMemoryTimers = (state: OrchestratorState): OrchestratorStores['timers'] => ({
  async due(by, limit) {
    return [...state.timers.values()]
      .filter(({ dueAt }) => dueAt <= by)
      .sort((a, b) => a.dueAt - b.dueAt)
      .slice(0, limit);
  },
  async next() {
    const times = [...state.timers.values()].map(({ dueAt }) => dueAt);
    return times.length === 0 ? undefined : Math.min(...times);
  },
  async postpone(workflowId, timer) {
    state.timers.set(`${workflowId}/${timer.stepId}/${timer.kind}`, { ...timer, workflowId });
  },
  async postponeDue({ workflowId, stepId, kind }, by, dueAt) {
    const key = `${workflowId}/${stepId}/${kind}`;
    const timer = state.timers.get(key);
    if (timer && timer.dueAt <= by) state.timers.set(key, { ...timer, dueAt });
  },
  async drop(workflowId) {
    clear(state.timers, workflowId);
  },
});

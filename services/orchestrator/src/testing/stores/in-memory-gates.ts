import { isOpen } from '@ymera/kernel';
import type { OrchestratorStores } from '../../application/ports';
import type { OrchestratorState } from './in-memory-state';

export const inMemoryGates = (state: OrchestratorState): OrchestratorStores['gates'] => ({
  async opened(gate) {
    state.gates.set(gate.gate_id, { ...gate });
  },
  async closed(gateId, outcome) {
    const gate = state.gates.get(gateId);
    if (gate) gate.outcome = outcome;
  },
  async remember(decision) {
    state.decisions.push(decision);
  },
});

export const inMemoryPauses = (state: OrchestratorState): OrchestratorStores['pauses'] => ({
  whileWorking: async () => state.pauses.find(isOpen),
  lock: async () => state.pauses.at(-1),
  last: async () => state.pauses.at(-1),
  since: async (time) => state.pauses.filter(({ end }) => end === undefined || end.resumedAt > time),
  insert: async (pause) => void state.pauses.push(pause),
  end: async (pause) => void state.pauses.splice(-1, 1, pause),
});

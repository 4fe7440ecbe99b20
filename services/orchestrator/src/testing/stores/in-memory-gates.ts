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

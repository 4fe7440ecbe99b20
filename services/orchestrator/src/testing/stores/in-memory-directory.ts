import type { OrchestratorStores } from '../../application/ports';
import { isHeld } from '../../domain/attempt/attempt-lifecycle';
import type { Time } from '../../domain/workflow/workflow';
import type { Candidate } from '../../domain/agents/select-agent';
import type { AgentRow, OrchestratorState } from './in-memory-state';

export const inMemoryDirectory = (state: OrchestratorState): OrchestratorStores['directory'] => ({
  async register(agent, version) {
    const row = agentRow(state, agent.agentId, agent.principalId);
    if (row.version >= version) return;
    Object.assign(row, {
      agentType: agent.agentType,
      principalId: agent.principalId,
      credentialEpoch: Math.max(row.credentialEpoch, agent.credentialEpoch),
      slots: agent.slots,
      status: 'registered',
      version,
    });
  },
  async retire(agentId, version) {
    const row = agentRow(state, agentId, '');
    if (row.version < version) Object.assign(row, { status: 'retired', version });
  },
  async openSession(principalId, agentIds, at) {
    for (const agentId of agentIds) {
      const row = agentRow(state, agentId, principalId);
      if (row.livenessAt < at)
        Object.assign(row, { liveness: 'online', livenessAt: at, unresponsiveUntil: 0 });
    }
  },
  async setLiveness(agentId, liveness, at, version) {
    const row = agentRow(state, agentId, '');
    if (row.livenessVersion >= version) return;
    row.livenessVersion = version;
    if (row.livenessAt <= at) Object.assign(row, { liveness, livenessAt: at });
    if (liveness === 'online') row.unresponsiveUntil = 0;
  },
  async setEnforcement(agentId, { enforcement, credentialEpoch }, sanctionVersion) {
    const row = agentRow(state, agentId, '');
    if (row.sanctionVersion < sanctionVersion)
      Object.assign(row, {
        enforcement,
        sanctionVersion,
        credentialEpoch: Math.max(row.credentialEpoch, credentialEpoch),
      });
  },
  async typesOf(agentIds) {
    return [...new Set(agentIds.flatMap((id) => state.agents.get(id)?.agentType ?? []))];
  },
  async accessOf(agentId) {
    const row = state.agents.get(agentId);
    if (row?.status !== 'registered') return undefined;
    return {
      credentialEpoch: row.credentialEpoch,
      principalId: row.principalId,
      isUnresponsive: row.unresponsiveUntil > 0,
    };
  },
  async markUnresponsive(agentId, until, after) {
    const row = state.agents.get(agentId);
    if (row && row.livenessAt <= after) row.unresponsiveUntil = until;
  },
  async markResponsive(agentId) {
    const row = state.agents.get(agentId);
    if (row) row.unresponsiveUntil = 0;
  },
  async markAssigned(agentId, at) {
    const row = state.agents.get(agentId);
    if (row) row.assignedAt = at;
  },
  async lockCandidates(agentTypes, at) {
    return candidatesOf(state, at).filter(({ agentType }) => agentTypes.includes(agentType));
  },
});

function agentRow(state: OrchestratorState, agentId: string, principalId: string): AgentRow {
  const row: AgentRow = state.agents.get(agentId) ?? {
    agentType: undefined,
    principalId,
    credentialEpoch: 0,
    slots: 1,
    status: 'unknown',
    version: 0,
    liveness: 'offline',
    livenessAt: 0,
    livenessVersion: 0,
    enforcement: 'none',
    sanctionVersion: 0,
    unresponsiveUntil: 0,
    assignedAt: undefined,
  };
  state.agents.set(agentId, row);
  return row;
}

export const candidatesOf = (state: OrchestratorState, at: Time): readonly Candidate[] =>
  [...state.agents].flatMap(([agentId, row]): Candidate[] =>
    row.agentType === undefined
      ? []
      : [
          {
            agentId,
            agentType: row.agentType,
            principalId: row.principalId,
            credentialEpoch: row.credentialEpoch,
            isRegistered: row.status === 'registered',
            liveness: row.liveness,
            enforcement: row.enforcement,
            isUnresponsive: row.unresponsiveUntil > at,
            running: [...state.attempts.values()].filter(
              (one) => one.agentId === agentId && isHeld(one.state),
            ).length,
            slots: row.slots,
            assignedAt: row.assignedAt,
          },
        ],
  );

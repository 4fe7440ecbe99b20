import { keptLogLength, type HeldAttempt, type OrchestratorStores } from '../../application/ports';
import { isHeld } from '../../domain/attempt/attempt-lifecycle';
import type { AttemptKey } from '../../domain/workflow/workflow';
import { attemptName, type AttemptRow, type OrchestratorState } from './in-memory-state';

export const inMemoryAttempts = (state: OrchestratorState): OrchestratorStores['attempts'] => ({
  async workflowOf(taskId) {
    return [...state.attempts.values()].find((row) => row.taskId === taskId)?.workflowId;
  },
  async extendLease(beat) {
    const row = state.attempts.get(attemptName(beat));
    if (!row || !isHeld(row.state) || !isHolder(row, beat)) return undefined;
    if (agentEpoch(state, beat.agentId) !== row.credentialEpoch) return undefined;
    const publishes = beat.now - row.publishedAt >= beat.publishEveryMs;
    row.lease = Math.max(row.lease, beat.leaseExpiresAt);
    row.progress = beat.progress;
    if (publishes) {
      row.publishedAt = beat.now;
      row.facts += 1;
    }
    const stored = state.runs.get(row.workflowId);
    return {
      workflowId: row.workflowId,
      requestId: stored?.workflow.definition.request_id ?? '',
      projectId: stored?.workflow.definition.project.project_id ?? '',
      stepId: row.stepId,
      traceparent: stored?.traceparent,
      fact: publishes ? row.facts : undefined,
    };
  },
  async stateOf(key) {
    const row = state.attempts.get(attemptName(key));
    return row && isHolder(row, key) ? row.state : undefined;
  },
  async limitsOf(key) {
    const row = state.attempts.get(attemptName(key));
    return row && { lease: row.lease, offer: row.offer };
  },
  async extendAll(until) {
    for (const row of state.attempts.values()) {
      if (!isHeld(row.state)) continue;
      row.lease = Math.max(row.lease, until);
      row.offer = Math.max(row.offer, until);
    }
  },
  heldBy: async (agentId) => heldBy(state, agentId).map(heldOf),
  async fencedBy(agentId) {
    const now = state.agents.get(agentId)?.credentialEpoch ?? 0;
    return heldBy(state, agentId)
      .filter(({ credentialEpoch }) => credentialEpoch < now)
      .map(heldOf);
  },
  async progressOf(workflowIds) {
    return new Map(
      [...state.attempts.values()]
        .filter((row) => workflowIds.includes(row.workflowId) && isHeld(row.state))
        .map(({ taskId, progress }) => [taskId, progress]),
    );
  },
  async appendLog(key, piece) {
    const row = state.attempts.get(attemptName(key));
    if (!row || !isHeld(row.state) || !isHolder(row, key)) return;
    if (row.log.some(({ offset }) => offset === piece.offset)) return;
    row.log.push(piece);
    row.log.sort((a, b) => a.offset - b.offset);
    const lengthFrom = (index: number) =>
      row.log.slice(index).reduce((sum, { chunk }) => sum + chunk.length, 0);
    row.log = row.log.filter((_, index) => lengthFrom(index) <= keptLogLength);
  },
  async logOf(key) {
    const row = state.attempts.get(`${key.taskId}/${key.attempt}`);
    return (row?.log ?? []).map(({ chunk }) => chunk).join('');
  },
});

const heldBy = (state: OrchestratorState, agentId: string): readonly AttemptRow[] =>
  [...state.attempts.values()].filter((row) => row.agentId === agentId && isHeld(row.state));

const heldOf = ({ taskId, attempt, fencingToken, workflowId, stepId }: AttemptRow): HeldAttempt => ({
  taskId,
  attempt,
  fencingToken,
  workflowId,
  stepId,
});

const isHolder = (
  row: AttemptRow,
  key: AttemptKey & { readonly agentId: string; readonly principalId: string },
): boolean =>
  row.fencingToken === key.fencingToken && row.agentId === key.agentId && row.principalId === key.principalId;

function agentEpoch(state: OrchestratorState, agentId: string): number | undefined {
  const row = state.agents.get(agentId);
  return row?.status === 'registered' ? row.credentialEpoch : undefined;
}

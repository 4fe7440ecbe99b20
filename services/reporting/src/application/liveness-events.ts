import { livenessChanged, type Liveness, type Outbox } from '@ymera/contracts';
import type { AgentState } from '../domain/agent-state';

export interface LivenessChange {
  readonly from: Liveness;
  /** After the change. */
  readonly state: AgentState;
}

export async function announceLiveness(outbox: Outbox, changes: readonly LivenessChange[]): Promise<void> {
  for (const { from, state } of changes)
    await outbox.event(livenessChanged, {
      aggregateId: state.agentId,
      aggregateVersion: state.version,
      payload: {
        agent_id: state.agentId,
        agent_type: state.agentType,
        principal_id: state.principalId,
        from,
        to: state.liveness,
        last_report_at: state.lastReportAt === null ? null : new Date(state.lastReportAt).toISOString(),
        missed: state.missed,
      },
    });
}

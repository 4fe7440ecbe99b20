import { enforcementChanged, livenessChanged, type Liveness, type PayloadOf } from '@ymera/contracts';
import type { Outbox } from '@ymera/unit-of-work';
import type { AgentState, SanctionLevel } from '../domain/agent-state';

export interface LivenessChange {
  readonly from: Liveness;
  /** After the change. */
  readonly state: AgentState;
}

export interface EnforcementChange {
  readonly from: SanctionLevel;
  /** After the change. */
  readonly state: AgentState;
  readonly cause: PayloadOf<typeof enforcementChanged>['cause'];
  readonly decidedAt: number;
  readonly reason: string;
}

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();

const factsOf = ({ agentId, agentType, principalId, lastReportAt }: AgentState) => ({
  agent_id: agentId,
  agent_type: agentType,
  principal_id: principalId,
  last_report_at: lastReportAt === null ? null : timeOf(lastReportAt),
});

export async function announceLiveness(outbox: Outbox, changes: readonly LivenessChange[]): Promise<void> {
  for (const { from, state } of changes)
    await outbox.event(livenessChanged, {
      aggregateId: state.agentId,
      aggregateVersion: state.version,
      payload: { ...factsOf(state), from, to: state.liveness, missed: state.missed },
    });
}

export async function announceEnforcement(
  outbox: Outbox,
  changes: readonly EnforcementChange[],
): Promise<void> {
  for (const { from, state, cause, decidedAt, reason } of changes)
    await outbox.event(enforcementChanged, {
      aggregateId: state.agentId,
      aggregateVersion: state.version,
      payload: {
        ...factsOf(state),
        from,
        to: state.enforcement,
        cause,
        missed_windows: cause === 'silence' ? state.missed : 0,
        decided_at: timeOf(decidedAt),
        reason,
      },
    });
}

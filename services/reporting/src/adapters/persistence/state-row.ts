import type { AgentState } from '../../domain/agent-state';

export interface StateRow extends Omit<AgentState, 'lastReportAt' | 'liftedAt'> {
  readonly lastReportAt: Date | null;
  readonly liftedAt: Date | null;
}

/** Of `agents AS agent` and `agent_state AS state`. */
export const stateColumns = `
  agent.agent_id AS "agentId", agent.agent_type AS "agentType", agent.principal_id AS "principalId", agent.partition,
  state.liveness, state.enforcement, state.work, state.session, state.seq, state.last_report_at AS "lastReportAt",
  state.missed, state.good_reports AS "goodReports", state.lifted_at AS "liftedAt", state.version`;

export const stateOf = ({ lastReportAt, liftedAt, ...row }: StateRow): AgentState => ({
  ...row,
  lastReportAt: lastReportAt && lastReportAt.getTime(),
  liftedAt: liftedAt && liftedAt.getTime(),
});

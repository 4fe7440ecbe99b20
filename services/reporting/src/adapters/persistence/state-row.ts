import type { AgentState } from '../../domain/agent-state';

export interface StateRow extends Omit<AgentState, 'lastReportAt' | 'firstSessionAt' | 'liftedAt'> {
  readonly lastReportAt: Date | null;
  readonly firstSessionAt: Date | null;
  readonly liftedAt: Date | null;
}

/** Columns of `agents AS agent`, `agent_state AS state` and, if joined, `expected_agents AS expected`. */
export const stateColumns = `
  agent.agent_id AS "agentId", agent.agent_type AS "agentType", agent.principal_id AS "principalId", agent.partition,
  state.liveness, state.enforcement, state.work, state.session, state.seq, state.last_report_at AS "lastReportAt",
  expected.first_session_at AS "firstSessionAt", state.missed, state.good_reports AS "goodReports", state.lifted_at AS "liftedAt", state.version`;

export const stateOf = ({ lastReportAt, firstSessionAt, liftedAt, ...row }: StateRow): AgentState => ({
  ...row,
  lastReportAt: lastReportAt && lastReportAt.getTime(),
  firstSessionAt: firstSessionAt && firstSessionAt.getTime(),
  liftedAt: liftedAt && liftedAt.getTime(),
});

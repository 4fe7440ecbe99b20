import type { SqlExecutor } from '@ymera/persistence';
import type { AgentSnapshot, KnownAgent, Report, ReportingReader } from '../../application/ports';
import { stateColumns, stateOf, type StateRow } from './state-row';

interface KnownRow extends StateRow {
  readonly isRetired: boolean;
  readonly issuedSession: number | null;
  readonly windowMs: number | null;
}

const knownColumns = `
  ${stateColumns}, agent.retired_at IS NOT NULL AS "isRetired", opened.session AS "issuedSession",
  opened.window_ms AS "windowMs"`;

/** An agent that was retired before its registration arrived has no state. */
const from = `agents AS agent LEFT JOIN agent_state AS state USING (partition, agent_id)
  LEFT JOIN expected_agents AS expected USING (agent_id)`;
const fromWithSession = `${from} LEFT JOIN principal_sessions AS opened USING (principal_id)`;

function knownOf({ isRetired, issuedSession, windowMs, ...row }: KnownRow): KnownAgent {
  const session =
    issuedSession === null || windowMs === null ? undefined : { session: issuedSession, windowMs };
  return { state: stateOf(row), session, isRetired };
}

/** Single statements outside of any transaction. */
export class PostgresReportingReader implements ReportingReader {
  constructor(private readonly sql: SqlExecutor) {}

  async agentsOf(partition: number, after: string, limit: number): Promise<KnownAgent[]> {
    const rows = await this.sql.query<KnownRow>(
      `SELECT ${knownColumns} FROM ${fromWithSession}
       WHERE agent.partition = $1 AND agent.retired_at IS NULL AND agent.agent_id > $2
       ORDER BY agent.agent_id LIMIT $3`,
      [partition, after, limit],
    );
    return rows.map(knownOf);
  }

  async awaited(partitions: readonly number[], since: Date): Promise<KnownAgent[]> {
    const rows = await this.sql.query<KnownRow>(
      `SELECT ${knownColumns} FROM ${fromWithSession}
       WHERE expected.first_session_at >= $2 AND agent.partition = ANY ($1::smallint[])
         AND agent.retired_at IS NULL AND state.last_report_at IS NULL
       ORDER BY agent.agent_id`,
      [partitions, since],
    );
    return rows.map(knownOf);
  }

  async find(agentIds: readonly string[]): Promise<KnownAgent[]> {
    const rows = await this.sql.query<KnownRow>(
      `SELECT ${knownColumns} FROM ${fromWithSession} WHERE agent.agent_id = ANY ($1::text[])`,
      [agentIds],
    );
    return rows.map(knownOf);
  }

  async snapshot(agentId: string): Promise<AgentSnapshot | undefined> {
    const [row] = await this.sql.query<StateRow & { latest: Pick<Report, 'metrics' | 'tasks'> | null }>(
      `SELECT ${stateColumns}, state.latest FROM ${from} WHERE agent.agent_id = $1 AND agent.agent_type IS NOT NULL`,
      [agentId],
    );
    if (!row) return undefined;
    const { latest, ...state } = row;
    return {
      state: stateOf(state),
      tasks: latest?.tasks.map(({ task_id }) => task_id) ?? [],
      metrics: latest?.metrics ?? {},
    };
  }
}

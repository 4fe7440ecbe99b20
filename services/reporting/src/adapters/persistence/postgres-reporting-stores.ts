import type { SqlExecutor } from '@ymera/persistence';
import type {
  AcceptedReport,
  AgentTable,
  PartitionLease,
  SuppressionTable,
  OpenSuppression,
  PartitionTable,
  Report,
  ReportHistory,
  ReportingStores,
} from '../../application/ports';
import { stateColumns, stateOf, type StateRow } from './state-row';

export const reportingStores = (sql: SqlExecutor): ReportingStores => ({
  agents: agentTable(sql),
  history: reportHistory(sql),
  partitions: partitionTable(sql),
  holds: suppressionTable(sql),
});

/** Fields of a report that have no column of their own. */
const keptOf = ({ metrics, tasks }: Report): string => JSON.stringify({ metrics, tasks });

const agentTable = (sql: SqlExecutor): AgentTable => ({
  async register(agent, registeredAt) {
    const added = await sql.query(
      `INSERT INTO agents (agent_id, principal_id, agent_type, partition, registered_at)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT (agent_id) DO NOTHING RETURNING agent_id`,
      [agent.agentId, agent.principalId, agent.agentType, agent.partition, registeredAt],
    );
    if (added.length === 0) return false;
    await sql.query(
      `INSERT INTO agent_state (partition, agent_id, liveness, enforcement, work, session, seq, missed, version)
       VALUES ($1, $2, 'offline', 'none', 'idle', 0, 0, 0, 0)`,
      [agent.partition, agent.agentId],
    );
    return true;
  },

  /** Also inserts an agent whose registration has not arrived: events come in any order. */
  async retire(agentId, principalId, at) {
    await sql.query(
      `INSERT INTO agents (agent_id, principal_id, retired_at) VALUES ($1, $2, $3)
       ON CONFLICT (agent_id) DO UPDATE SET retired_at = excluded.retired_at WHERE agents.retired_at IS NULL`,
      [agentId, principalId, at],
    );
  },

  async openSession(principalId, { session, windowMs }) {
    await sql.query(
      `INSERT INTO principal_sessions AS known (principal_id, session, window_ms) VALUES ($1, $2, $3)
       ON CONFLICT (principal_id) DO UPDATE SET session = excluded.session, window_ms = excluded.window_ms
       WHERE known.session < excluded.session`,
      [principalId, session, windowMs],
    );
  },

  async expectReports(agentIds, at) {
    await sql.query(
      `INSERT INTO expected_agents (agent_id, first_session_at)
       SELECT DISTINCT agent_id, $2::timestamptz FROM unnest($1::text[]) AS agent_id ORDER BY agent_id
       ON CONFLICT (agent_id) DO NOTHING`,
      [agentIds, at],
    );
  },

  async saveReports(newest) {
    await sql.query(
      `UPDATE agent_state AS state
       SET liveness = 'online', missed = 0, work = new.work, session = new.session, seq = new.seq,
         last_report_at = to_timestamp(new.received_ms / 1000), version = new.version, latest = new.latest::jsonb,
         enforcement = new.enforcement, good_reports = new.good_reports
       FROM unnest($1::smallint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::float8[], $7::int[],
           $8::text[], $9::text[], $10::int[])
         AS new (partition, agent_id, work, session, seq, received_ms, version, latest, enforcement, good_reports)
       WHERE state.partition = new.partition AND state.agent_id = new.agent_id`,
      [
        newest.map(({ state }) => state.partition),
        newest.map(({ state }) => state.agentId),
        newest.map(({ state }) => state.work),
        newest.map(({ state }) => state.session),
        newest.map(({ state }) => state.seq),
        newest.map(({ receivedAt }) => receivedAt),
        newest.map(({ state }) => state.version),
        newest.map(({ report }) => keptOf(report)),
        newest.map(({ state }) => state.enforcement),
        newest.map(({ state }) => state.goodReports),
      ],
    );
  },

  async saveSanctionLevel(states) {
    await sql.query(
      `UPDATE agent_state AS state
       SET liveness = new.liveness, missed = new.missed, version = new.version, enforcement = new.enforcement,
         good_reports = new.good_reports, lifted_at = to_timestamp(new.lifted_ms / 1000)
       FROM unnest($1::smallint[], $2::text[], $3::text[], $4::int[], $5::int[], $6::text[], $7::int[], $8::float8[])
         AS new (partition, agent_id, liveness, missed, version, enforcement, good_reports, lifted_ms)
       WHERE state.partition = new.partition AND state.agent_id = new.agent_id`,
      [
        states.map(({ partition }) => partition),
        states.map(({ agentId }) => agentId),
        states.map(({ liveness }) => liveness),
        states.map(({ missed }) => missed),
        states.map(({ version }) => version),
        states.map(({ enforcement }) => enforcement),
        states.map(({ goodReports }) => goodReports),
        states.map(({ liftedAt }) => liftedAt),
      ],
    );
  },

  /** The row locks wait for writers, such as a transaction whose connection was lost at its commit. */
  async settled(agentIds) {
    const rows = await sql.query<StateRow>(
      `SELECT ${stateColumns} FROM agents AS agent JOIN agent_state AS state USING (partition, agent_id)
         LEFT JOIN expected_agents AS expected USING (agent_id)
       WHERE agent.agent_id = ANY ($1::text[]) ORDER BY agent.agent_id FOR SHARE OF state`,
      [agentIds],
    );
    return rows.map(stateOf);
  },
});

const reportHistory = (sql: SqlExecutor): ReportHistory => ({
  async append(reports: readonly AcceptedReport[]) {
    await sql.query(
      `INSERT INTO report_history (agent_id, received_at, session, seq, report)
       SELECT agent_id, to_timestamp(received_ms / 1000), session, seq, report::jsonb
       FROM unnest($1::text[], $2::float8[], $3::bigint[], $4::bigint[], $5::text[])
         AS new (agent_id, received_ms, session, seq, report)`,
      [
        reports.map(({ report }) => report.agent_id),
        reports.map(({ receivedAt }) => receivedAt),
        reports.map(({ report }) => report.session),
        reports.map(({ report }) => report.seq),
        reports.map(({ report }) => keptOf(report)),
      ],
    );
  },
});

/** Leases are measured by the database's clock: the owners' clocks may differ. */
const partitionTable = (sql: SqlExecutor): PartitionTable => ({
  claim(owner, partitions, leaseMs) {
    return sql.query<PartitionLease>(
      `UPDATE partition_ownership
       SET owner = $1, epoch = epoch + 1, lease_until = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE partition = ANY ($2::smallint[]) AND (owner IS NULL OR lease_until < clock_timestamp())
       RETURNING partition, epoch`,
      [owner, partitions, leaseMs],
    );
  },

  renew(owner, leaseMs) {
    return sql.query<PartitionLease>(
      `UPDATE partition_ownership SET lease_until = clock_timestamp() + $2 * interval '1 millisecond'
       WHERE owner = $1 RETURNING partition, epoch`,
      [owner, leaseMs],
    );
  },

  async release(owner) {
    await sql.query(
      `UPDATE partition_ownership SET owner = NULL, lease_until = '-infinity' WHERE owner = $1`,
      [owner],
    );
  },

  /** The row locks make a new owner wait for the end of this transaction. */
  async areSuppressed(owner, held) {
    const rows = await sql.query(
      `SELECT FROM partition_ownership AS ownership
       JOIN unnest($2::smallint[], $3::bigint[]) AS held (partition, epoch)
         ON ownership.partition = held.partition AND ownership.epoch = held.epoch
       WHERE ownership.owner = $1 FOR SHARE OF ownership`,
      [owner, held.map(({ partition }) => partition), held.map(({ epoch }) => epoch)],
    );
    return rows.length === held.length;
  },
});

const suppressionTable = (sql: SqlExecutor): SuppressionTable => ({
  async open(owner, { id, reason, since }) {
    await sql.query(
      `INSERT INTO enforcement_holds (id, owner, reason, since) VALUES ($1, $2, $3, to_timestamp($4::float8 / 1000))`,
      [id, owner, reason, since],
    );
  },

  async close(owner) {
    const rows = await sql.query<Omit<OpenSuppression, 'since'> & { since: Date }>(
      `DELETE FROM enforcement_holds AS hold
       WHERE owner = $1 OR NOT EXISTS (
         SELECT FROM partition_ownership AS held
         WHERE held.owner = hold.owner AND held.lease_until >= clock_timestamp())
       RETURNING id, reason, since`,
      [owner],
    );
    return rows.map(({ since, ...row }) => ({ ...row, since: since.getTime() }));
  },
});

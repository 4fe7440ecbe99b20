import type { AgentType, Liveness } from '@ymera/contracts';
import type { SqlExecutor } from '@ymera/persistence';
import type { AgentDirectory, RegisteredAgent, SanctionStatus } from '../../application/ports';
import type { Time } from '../../domain/workflow/workflow';
import type { Candidate } from '../../domain/agents/select-agent';
import { toDate } from './time';

/** Events about an agent arrive in any order and from two services, so each kind keeps its own newest version. */
export class PostgresAgentDirectory implements AgentDirectory {
  constructor(private readonly sql: SqlExecutor) {}

  async register(agent: RegisteredAgent, version: number): Promise<void> {
    await this.sql.query(
      `INSERT INTO agent_directory AS known
         (agent_id, agent_type, principal_id, capabilities, credential_epoch, slots, status, registry_version)
       VALUES ($1, $2, $3, $4, $5, $6, 'registered', $7)
       ON CONFLICT (agent_id) DO UPDATE SET agent_type = excluded.agent_type, principal_id = excluded.principal_id,
         capabilities = excluded.capabilities, slots = excluded.slots, status = 'registered',
         registry_version = excluded.registry_version,
         credential_epoch = greatest(known.credential_epoch, excluded.credential_epoch)
       WHERE known.registry_version < excluded.registry_version`,
      [
        agent.agentId,
        agent.agentType,
        agent.principalId,
        JSON.stringify(agent.capabilities),
        agent.credentialEpoch,
        agent.slots,
        version,
      ],
    );
  }

  async retire(agentId: string, version: number): Promise<void> {
    await this.sql.query(
      `INSERT INTO agent_directory AS known (agent_id, principal_id, status, registry_version)
       VALUES ($1, '', 'retired', $2)
       ON CONFLICT (agent_id) DO UPDATE SET status = 'retired', registry_version = excluded.registry_version
       WHERE known.registry_version < excluded.registry_version`,
      [agentId, version],
    );
  }

  async openSession(principalId: string, agentIds: readonly string[], at: Time): Promise<void> {
    await this.sql.query(
      `INSERT INTO agent_directory AS known (agent_id, principal_id, liveness, liveness_at)
       SELECT agent_id, $2, 'online', $3 FROM unnest($1::text[]) AS agent_id ORDER BY agent_id
       ON CONFLICT (agent_id) DO UPDATE SET liveness = 'online', liveness_at = excluded.liveness_at,
         silent_until = '-infinity'
       WHERE known.liveness_at < excluded.liveness_at`,
      [agentIds, principalId, toDate(at)],
    );
  }

  async setLiveness(agentId: string, liveness: Liveness, at: Time, version: number): Promise<void> {
    await this.sql.query(
      `INSERT INTO agent_directory AS known (agent_id, principal_id, liveness, liveness_at, liveness_version)
       VALUES ($1, '', $2, $3, $4)
       ON CONFLICT (agent_id) DO UPDATE SET liveness_version = excluded.liveness_version,
         liveness = CASE WHEN known.liveness_at <= excluded.liveness_at THEN excluded.liveness ELSE known.liveness END,
         liveness_at = greatest(known.liveness_at, excluded.liveness_at),
         silent_until = CASE WHEN excluded.liveness = 'online' THEN '-infinity' ELSE known.silent_until END
       WHERE known.liveness_version < excluded.liveness_version`,
      [agentId, liveness, toDate(at), version],
    );
  }

  async setEnforcement(
    agentId: string,
    { enforcement, credentialEpoch }: Parameters<AgentDirectory['setEnforcement']>[1],
    version: number,
  ): Promise<void> {
    await this.sql.query(
      `INSERT INTO agent_directory AS known (agent_id, principal_id, enforcement, credential_epoch, standing_version)
       VALUES ($1, '', $2, $3, $4)
       ON CONFLICT (agent_id) DO UPDATE SET enforcement = excluded.enforcement,
         credential_epoch = greatest(known.credential_epoch, excluded.credential_epoch),
         standing_version = excluded.standing_version
       WHERE known.standing_version < excluded.standing_version`,
      [agentId, enforcement, credentialEpoch, version],
    );
  }

  async typesOf(agentIds: readonly string[]): Promise<readonly AgentType[]> {
    const rows = await this.sql.query<{ agent_type: AgentType }>(
      `SELECT DISTINCT agent_type FROM agent_directory WHERE agent_id = ANY($1) AND agent_type IS NOT NULL`,
      [agentIds],
    );
    return rows.map(({ agent_type }) => agent_type);
  }

  async accessOf(agentId: string): Promise<SanctionStatus | undefined> {
    const [row] = await this.sql.query<{
      credential_epoch: number;
      principal_id: string;
      is_silent: boolean;
    }>(
      `SELECT credential_epoch, principal_id, silent_until > '-infinity' AS is_silent
       FROM agent_directory WHERE agent_id = $1 AND status = 'registered'`,
      [agentId],
    );
    return (
      row && {
        credentialEpoch: row.credential_epoch,
        principalId: row.principal_id,
        isUnresponsive: row.is_silent,
      }
    );
  }

  async markUnresponsive(agentId: string, until: Time, after: Time): Promise<void> {
    await this.sql.query(
      `UPDATE agent_directory SET silent_until = $2 WHERE agent_id = $1 AND liveness_at <= $3`,
      [agentId, toDate(until), toDate(after)],
    );
  }

  async markResponsive(agentId: string): Promise<void> {
    await this.sql.query(`UPDATE agent_directory SET silent_until = '-infinity' WHERE agent_id = $1`, [
      agentId,
    ]);
  }

  async markAssigned(agentId: string, at: Time): Promise<void> {
    await this.sql.query(`UPDATE agent_directory SET assigned_at = $2 WHERE agent_id = $1`, [
      agentId,
      toDate(at),
    ]);
  }

  /**
   * Two statements on purpose: the second sees what was committed while the first waited for its locks. Rows are locked
   * in the order of ids, so that two selections cannot deadlock.
   */
  async lockCandidates(agentTypes: readonly AgentType[], now: Time): Promise<readonly Candidate[]> {
    const locked = await this.sql.query<{ agent_id: string }>(
      `SELECT agent_id FROM agent_directory WHERE agent_type = ANY($1) AND status = 'registered'
       ORDER BY agent_id FOR UPDATE`,
      [agentTypes],
    );
    if (locked.length === 0) return [];
    const rows = await this.sql.query<CandidateRow>(
      `SELECT agent_id, agent_type, principal_id, credential_epoch, status, liveness, enforcement, slots, assigned_at,
         silent_until > $2 AS is_silent,
         (SELECT count(*) FROM task_attempts held
          WHERE held.agent_id = agent.agent_id AND held.state IN ('offered', 'running')) AS running
       FROM agent_directory agent WHERE agent_id = ANY($1) ORDER BY agent_id`,
      [locked.map(({ agent_id }) => agent_id), toDate(now)],
    );
    return rows.map((row) => ({
      agentId: row.agent_id,
      agentType: row.agent_type,
      principalId: row.principal_id,
      credentialEpoch: row.credential_epoch,
      isRegistered: row.status === 'registered',
      liveness: row.liveness,
      enforcement: row.enforcement,
      isUnresponsive: row.is_silent,
      running: row.running,
      assignedAt: row.assigned_at?.getTime(),
      slots: row.slots,
    }));
  }
}

interface CandidateRow {
  readonly agent_id: string;
  readonly agent_type: AgentType;
  readonly principal_id: string;
  readonly credential_epoch: number;
  readonly status: string;
  readonly liveness: Liveness;
  readonly enforcement: Candidate['enforcement'];
  readonly is_silent: boolean;
  readonly slots: number;
  readonly assigned_at: Date | null;
  readonly running: number;
}

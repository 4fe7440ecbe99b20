import type { SqlExecutor } from '@ymera/persistence';
import type { PrincipalAccess, RegistryReader } from '../../application/ports';
import type { Agent } from '../../domain/agent';
import type { Principal } from '../../domain/principal';
import {
  agentColumns,
  agentOf,
  credentialColumns,
  principalColumns,
  type AgentRow,
  type CredentialRow,
  type PrincipalRow,
} from './rows';

/** Single statements outside of any transaction. */
export class PostgresRegistryReader implements RegistryReader {
  constructor(private readonly sql: SqlExecutor) {}

  async accessByName(principalId: string): Promise<PrincipalAccess | undefined> {
    const [[principal], credentials] = await Promise.all([
      this.sql.query<PrincipalRow>(`SELECT ${principalColumns} FROM principals WHERE principal_id = $1`, [
        principalId,
      ]),
      this.sql.query<CredentialRow>(
        `SELECT ${credentialColumns} FROM credentials WHERE principal_id = $1 ORDER BY created_at`,
        [principalId],
      ),
    ]);
    return principal && { principal, credentials };
  }

  async principalOfKey(keyId: string): Promise<string | undefined> {
    const [row] = await this.sql.query<{ principal_id: string }>(
      'SELECT principal_id FROM credentials WHERE key_id = $1',
      [keyId],
    );
    return row?.principal_id;
  }

  async agent(agentId: string): Promise<Agent | undefined> {
    const [row] = await this.sql.query<AgentRow>(`SELECT ${agentColumns} FROM agents WHERE agent_id = $1`, [
      agentId,
    ]);
    return row && agentOf(row);
  }

  async agents({
    agentType,
    status,
    after,
    limit,
  }: Parameters<RegistryReader['agents']>[0]): Promise<Agent[]> {
    const rows = await this.sql.query<AgentRow>(
      `SELECT ${agentColumns} FROM agents
       WHERE ($1::text IS NULL OR agent_type = $1) AND ($2::text IS NULL OR agent_id > $2)
         AND ($4::text IS NULL OR status = $4)
       ORDER BY agent_id LIMIT $3`,
      [agentType ?? null, after ?? null, limit, status ?? null],
    );
    return rows.map(agentOf);
  }

  async activeAgentsOf(principalId: string): Promise<Agent[]> {
    const rows = await this.sql.query<AgentRow>(
      `SELECT ${agentColumns} FROM agents WHERE principal_id = $1 AND status = 'active' ORDER BY agent_id`,
      [principalId],
    );
    return rows.map(agentOf);
  }

  async check(): Promise<void> {
    await this.sql.query('SELECT 1 FROM principals LIMIT 1');
  }

  unprovisioned(limit: number): Promise<Principal[]> {
    return this.sql.query<PrincipalRow>(
      `SELECT ${principalColumns} FROM principals
       WHERE provisioning IN ('declare_pending', 'remove_pending') OR close_until IS NOT NULL
       ORDER BY principal_id LIMIT $1`,
      [limit],
    );
  }
}

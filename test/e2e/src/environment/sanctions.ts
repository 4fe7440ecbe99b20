import { Client } from 'pg';

/** One step of one agent on the ladder of enforcement, as the audit log has it. */
export interface SanctionTrigger {
  readonly agentId: string;
  readonly to: string;
  /** Since the agent was last heard of. */
  readonly missingMs: number;
}

const stepsSql = `
  SELECT data::json->>'agent_id' AS agent_id, data::json->>'to' AS level,
    round(extract(epoch FROM (data::json->>'decided_at')::timestamptz - (data::json->>'last_report_at')::timestamptz) * 1000)
      AS silent_ms
  FROM audit.entries WHERE type LIKE 'reporting.agent.enforcement_changed.%' ORDER BY data::json->>'decided_at'`;

/** Every step that any agent has taken so far, the oldest first. */
export async function sanctionsOf(databaseUrl: string): Promise<readonly SanctionTrigger[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ agent_id: string; level: string; silent_ms: string }>(stepsSql);
    return rows.map((row) => ({ agentId: row.agent_id, to: row.level, missingMs: Number(row.silent_ms) }));
  } finally {
    await client.end();
  }
}

/** What takes authority away; a warning does not. */
export const isSanction = ({ to }: SanctionTrigger): boolean => to === 'suspended' || to === 'frozen';

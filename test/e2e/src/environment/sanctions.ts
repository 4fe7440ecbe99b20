import { Client } from 'pg';

/** One change of an agent's sanction level, as recorded in the audit log. */
export interface SanctionTrigger {
  readonly agentId: string;
  readonly to: string;
  /** Time since the agent's last report. */
  readonly missingMs: number;
}

const stepsSql = `
  SELECT data::json->>'agent_id' AS agent_id, data::json->>'to' AS level,
    round(extract(epoch FROM (data::json->>'decided_at')::timestamptz - (data::json->>'last_report_at')::timestamptz) * 1000)
      AS silent_ms
  FROM audit.entries WHERE type LIKE 'reporting.agent.enforcement_changed.%' ORDER BY data::json->>'decided_at'`;

/** All changes of sanction levels so far, oldest first. */
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

/** The levels that remove authority; a warning does not. */
export const isSanction = ({ to }: SanctionTrigger): boolean => to === 'suspended' || to === 'frozen';

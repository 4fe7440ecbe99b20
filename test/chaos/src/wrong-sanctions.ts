import { Client } from 'pg';

/**
 * No agent of the field is silent for as long as a suspension takes, unless the platform itself keeps it from speaking. So
 * every suspension or freeze is a wrong one: those that were told as facts, and those that hold now.
 */
const wrongSanctionsSql = `
  SELECT substring(data from '"agent_id":"([^"]+)"') || ' ' || substring(data from '"to":"([^"]+)"') AS sanction
  FROM audit.entries
  WHERE type LIKE 'reporting.agent.enforcement_changed.%' AND data ~ '"to":"(suspended|frozen)"'
  UNION
  SELECT agent_id || ' ' || enforcement FROM reporting.agent_state WHERE enforcement IN ('suspended', 'frozen')`;

export async function wrongSanctions(databaseUrl: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ sanction: string }>(wrongSanctionsSql);
    return rows.map(({ sanction }) => sanction);
  } finally {
    await client.end();
  }
}

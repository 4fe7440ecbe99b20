import { join } from 'node:path';
import { serviceNames } from '@ymera/contracts';
import { Client } from 'pg';
import type { Effects, Waiting } from './effects';
import { readBranch } from './read-branch';
import { readDeadLetters } from './read-dead-letters';

/** The stores of a platform, with administrator rights. */
export interface Places {
  readonly postgresUrl: string;
  readonly rabbitmqUrl: string;
  /** The integration service's folder of bare repositories, `<project_id>.git`. */
  readonly repositories: string;
}

type Query = <Row extends object>(sql: string) => Promise<Row[]>;

/** All effects so far, over every service's schema, the repositories and the dead-letter queues. */
export async function readEffects(places: Places): Promise<Effects> {
  const client = new Client({ connectionString: places.postgresUrl, connectionTimeoutMillis: 5_000 });
  // The server may be killed at any moment; then the query fails.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const query: Query = async (sql) => (await client.query(sql)).rows;
    return {
      ...(await readCoordinator(query)),
      ...(await readOrchestrator(query)),
      audit: await query(auditSql),
      changes: await query(
        `SELECT change_id::text, project_id, workflow_id::text, commit, state FROM integration.changes`,
      ),
      branches: await readBranches(query, places.repositories),
      outbox: await readOutboxes(query),
      deadLetters: [...(await readDeadLetters(places.rabbitmqUrl)), ...(await readKeptLetters(query))],
    };
  } finally {
    await client.end();
  }
}

async function readCoordinator(query: Query): Promise<Pick<Effects, 'requests' | 'approvals'>> {
  return {
    requests: await query(`SELECT request_id::text, state, workflow_id::text FROM coordinator.requests`),
    approvals: await query(`SELECT approval_id::text, gate_id::text, state FROM coordinator.approvals`),
  };
}

async function readOrchestrator(
  query: Query,
): Promise<Pick<Effects, 'workflows' | 'attempts' | 'gateDecisions'>> {
  return {
    workflows: await query(
      `SELECT workflow_id::text, request_id::text, project_id, state FROM orchestrator.workflows`,
    ),
    attempts: await query(
      `SELECT task_id::text, attempt, workflow_id::text, step_id, fencing_token, state FROM orchestrator.task_attempts`,
    ),
    gateDecisions: await query(
      `SELECT gate_id::text, approval_id::text, decision FROM orchestrator.gate_decisions`,
    ),
  };
}

/** The log's data is text, because it may contain characters that jsonb rejects. */
const auditSql = `
  SELECT event_id::text, type, source, subject, aggregate_version, data_digest,
    substring(data from '"request_id":"([0-9a-f-]{36})"') AS request_id,
    CASE WHEN type LIKE 'reporting.issue.reported.%' THEN substring(data from '"code":"([^"]+)"') END AS code
  FROM audit.entries`;

async function readBranches(query: Query, repositories: string): Promise<Effects['branches']> {
  const projects = await query<{ project_id: string; default_branch: string }>(
    `SELECT project_id, default_branch FROM integration.projects`,
  );
  return Promise.all(
    projects.map(({ project_id, default_branch }) =>
      readBranch(join(repositories, `${project_id}.git`), project_id, default_branch),
    ),
  );
}

async function readOutboxes(query: Query): Promise<readonly Waiting[]> {
  const waiting: Waiting[] = [];
  for (const service of serviceNames) {
    const rows = await query<{ type: string; messages: number }>(
      `SELECT type, count(*)::integer AS messages FROM ${service}.outbox GROUP BY type ORDER BY type`,
    );
    if (rows.length > 0)
      waiting.push({
        place: service,
        messages: rows.reduce((sum, { messages }) => sum + messages, 0),
        types: rows.map(({ type }) => type),
      });
  }
  return waiting;
}

/** Dead letters are soon moved from their queues into a table, until they are replayed. */
const readKeptLetters = (query: Query): Promise<readonly Waiting[]> =>
  query<Waiting>(
    `SELECT owner AS place, count(*)::integer AS messages, array_agg(DISTINCT concat_ws(' ', type, code, left(reason, 200))) AS types
     FROM orchestrator.dead_letters WHERE state <> 'replayed' GROUP BY owner ORDER BY owner`,
  );

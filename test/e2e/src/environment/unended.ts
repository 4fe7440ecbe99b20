import { serviceNames } from '@ymera/contracts';
import { Client } from 'pg';
import type { RunningPlatform } from '../../../../deploy/local/platform/client.cjs';
import { databaseOf } from './database';

/** One line for each request: the progress of its workflow, the holder of its task, its next timer. */
const requestsSql = `
  SELECT request.request_id::text || ' ' || request.project_id || ' ' || request.state
    || coalesce(' · run ' || workflow.state, ' · no run')
    || coalesce(' · steps ' || (SELECT string_agg(step.key || ' ' || (step.value ->> 'state') || coalesce(' ('
        || (step.value -> 'reasons' ->> -1) || ')', ''), ', ' ORDER BY step.key)
      FROM jsonb_each(workflow.document -> 'steps') step), '')
    || coalesce(' · timers ' || (SELECT string_agg(timer.step_id || ' ' || timer.kind || ' in '
        || round(extract(epoch FROM timer.due_at - now())) || ' s', ', ')
      FROM orchestrator.timers timer WHERE timer.workflow_id = request.workflow_id), '')
    || coalesce(' · attempts ' || (SELECT string_agg(held.step_id || ' ' || held.attempt || ' ' || held.agent_id || ' '
        || held.state, ', ' ORDER BY held.dispatched_at)
      FROM orchestrator.task_attempts held WHERE held.workflow_id = request.workflow_id), '')
    || coalesce(' · gates ' || (SELECT string_agg(gate.gate_id::text || ' ' || coalesce(gate.outcome, 'open'), ', ')
      FROM orchestrator.gates gate WHERE gate.workflow_id = request.workflow_id), '')
    || coalesce(' · approvals ' || (SELECT string_agg(approval.approval_id::text || ' ' || approval.kind || ' '
        || approval.state || coalesce(' by ' || approval.decided_by, ''), ', ' ORDER BY approval.approval_id)
      FROM coordinator.approvals approval WHERE approval.request_id = request.request_id), '') AS line
  FROM coordinator.requests request LEFT JOIN orchestrator.workflows workflow USING (workflow_id)
  WHERE request.request_id = ANY ($1)`;

const agentsSql = `
  SELECT 'agent ' || agent_id || ' ' || liveness || ' ' || enforcement || ' silent until ' || silent_until::text
    || ' holds ' || (SELECT count(*) FROM orchestrator.task_attempts held
      WHERE held.agent_id = agent.agent_id AND held.state IN ('offered', 'running')) || ' of ' || slots AS line
  FROM orchestrator.agent_directory agent ORDER BY agent_id`;

const outboxSql = (service: string): string => `
  SELECT 'outbox of ${service}: ' || kind || ' ' || type || ' tried ' || attempts || ' times, due in '
    || round(extract(epoch FROM available_at - now())) || ' s ' || coalesce(last_error, '') AS line
  FROM ${service}.outbox ORDER BY available_at LIMIT 20`;

const deadSql = `
  SELECT 'dead: ' || owner || ' ' || type || ' ' || concat_ws(' ', code, left(reason, 200)) AS line
  FROM orchestrator.dead_letters WHERE state <> 'replayed' LIMIT 20`;

/** Diagnostics of requests that should have ended: read from the tables, because the platform is gone afterwards. */
export async function describeUnended(
  { urls }: RunningPlatform,
  requestIds: readonly string[],
): Promise<readonly string[]> {
  const client = new Client({
    connectionString: databaseOf(urls['postgres']),
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  const lines = async (sql: string, values: readonly unknown[] = []): Promise<readonly string[]> =>
    (await client.query<{ line: string }>(sql, [...values])).rows.map(({ line }) => line);
  try {
    return [
      ...(await lines(requestsSql, [requestIds])),
      ...(await lines(agentsSql)),
      ...(await Promise.all(serviceNames.map((service) => lines(outboxSql(service))))).flat(),
      ...(await lines(deadSql)),
    ];
  } finally {
    await client.end();
  }
}

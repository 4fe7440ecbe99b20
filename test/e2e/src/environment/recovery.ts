import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '@ymera/kernel';
import { Client } from 'pg';
import type { RunningPlatform } from '../../../../deploy/local/platform/client.cjs';
import { databaseOf } from './database';

const servers = new Set(['postgres', 'rabbitmq', 'rabbitmq_management']);
const pollMs = 50;
/** Consecutive checks, so that a service that has not noticed its loss yet does not count as ready. */
const consecutiveHealthy = 3;

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** Waits until every service and the agents' host are ready; returns how long that took. */
export async function waitUntilHealthy({ urls }: RunningPlatform, timeoutMs = 60_000): Promise<number> {
  const places = Object.entries(urls).filter(([name]) => !servers.has(name));
  const started = performance.now();
  let well = 0;
  let wellSince = started;
  for (;;) {
    const ready = await Promise.all(places.map(async ([name, url]) => [name, await isReady(url)] as const));
    const unwell = ready.filter(([, isWell]) => !isWell).map(([name]) => name);
    if (unwell.length > 0) well = 0;
    else if ((well += 1) === 1) wellSince = performance.now();
    if (well === consecutiveHealthy) return Math.round(wellSince - started);
    if (performance.now() - started > timeoutMs)
      throw new Error(`not ready after ${timeoutMs / 1000} s: ${unwell.join(', ')}`);
    await sleep(pollMs);
  }
}

/** Orphaned steps: without a lease, timer, gate or message for more than five seconds. */
const orphansSql = `
  SELECT step.workflow_id::text || ' ' || step.step_id AS step
  FROM orchestrator.active_steps step
  WHERE step.since < now() - interval '5 seconds'
    AND NOT EXISTS (SELECT FROM orchestrator.timers WHERE timers.workflow_id = step.workflow_id
      AND timers.step_id = step.step_id AND timers.due_at > now() - interval '5 seconds')
    AND NOT EXISTS (SELECT FROM orchestrator.task_attempts held WHERE held.workflow_id = step.workflow_id
      AND held.step_id = step.step_id AND held.state IN ('offered', 'running')
      AND held.lease_expires_at > now() - interval '5 seconds')
    AND NOT EXISTS (SELECT FROM orchestrator.gates gate WHERE gate.workflow_id = step.workflow_id
      AND gate.step_id = step.step_id AND gate.outcome IS NULL)`;

/** Read from the tables, not from the gauge of the service that is under test. */
export async function orphans({ urls }: RunningPlatform): Promise<readonly string[]> {
  const client = new Client({ connectionString: databaseOf(urls['postgres']) });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ step: string }>(orphansSql);
    return rows.map(({ step }) => step);
  } finally {
    await client.end();
  }
}

/**
 * Orphans five seconds after a recovery. Read then and not before: a step counts as orphaned after five seconds only, so
 * an earlier read would be empty.
 */
export async function lastingOrphans(platform: RunningPlatform): Promise<readonly string[]> {
  await sleep(5_000);
  return orphans(platform);
}

/**
 * Orphans that the orchestrator's own reconciler found and repaired before they could be seen here. Each is a bug: the
 * reconciler is a safety net. The log holds its last 16 MiB, which is an hour under load.
 */
export function repairedOrphans({ logs }: RunningPlatform): readonly string[] {
  return ['orchestrator.log.1', 'orchestrator.log']
    .map((name) => join(logs, name))
    .filter((path) => existsSync(path))
    .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
    .filter((line) => line.includes('"message":"orphaned step repaired"'));
}

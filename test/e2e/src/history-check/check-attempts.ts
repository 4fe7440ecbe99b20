import type { Accepted } from './accepted';
import type { Effects } from './effects';
import { doubled, type Finding, groupBy, lost } from './finding';

const held = new Set(['offered', 'running']);
const ended = new Set(['completed', 'failed', 'canceled']);

/** Work is settled once per fencing token and completed once per task; no task has two holders, and no ended task has one. */
export function checkAttempts({ attempts, workflows }: Effects): Finding[] {
  const stateOf = new Map(workflows.map((run) => [run.workflow_id, run.state]));
  const findings: Finding[] = [];
  for (const [token, same] of groupBy(
    attempts,
    (one) => `${one.workflow_id} ${one.step_id} ${one.fencing_token}`,
  ))
    if (same.length > 1)
      findings.push(doubled(`fencing token ${token} was given to ${same.length} attempts`));
  for (const [task, all] of groupBy(attempts, ({ task_id }) => task_id)) {
    const completed = all.filter(({ state }) => state === 'completed');
    const working = all.filter(({ state }) => held.has(state));
    if (completed.length > 1)
      findings.push(
        doubled(
          `task ${task} was completed by attempts ${completed.map(({ attempt }) => attempt).join(' and ')}`,
        ),
      );
    if (working.length > 1)
      findings.push(
        doubled(`task ${task} is held by attempts ${working.map(({ attempt }) => attempt).join(' and ')}`),
      );
    const run = all[0]?.workflow_id ?? '';
    if (working.length > 0 && ended.has(stateOf.get(run) ?? ''))
      findings.push(lost(`task ${task} is still held, and its workflow ${run} has ended`));
    const newest = all.reduce((one, other) => (other.attempt > one.attempt ? other : one));
    for (const { attempt } of completed)
      if (attempt < newest.attempt)
        findings.push(
          doubled(
            `task ${task}: attempt ${attempt} took effect after attempt ${newest.attempt} had its place`,
          ),
        );
  }
  return findings;
}

/** Only the holder's result counts. An accepted result of a lost attempt took effect in place of another. */
export function checkResults({ results }: Accepted, { attempts }: Effects): Finding[] {
  const stateOf = new Map(attempts.map((one) => [`${one.task_id} ${one.attempt}`, one.state]));
  return results.flatMap(({ agentId, taskId, attempt }) => {
    const state = stateOf.get(`${taskId} ${attempt}`) ?? 'gone';
    const said = `the result of ${agentId} for task ${taskId}, attempt ${attempt}, was accepted`;
    if (state === 'lost' || state === 'declined') return [doubled(`${said}, and the attempt is ${state}`)];
    return held.has(state) || state === 'gone' ? [lost(`${said}, and the attempt is ${state}`)] : [];
  });
}

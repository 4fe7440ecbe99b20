import { isOpen, type Pause } from '@ymera/kernel';
import type { Workflow, Time } from '../workflow/workflow';
import type { WorkflowPolicy } from '../workflow/workflow-policy';
import type { Timer } from '../workflow/timers';

/** During a pause, postponed timers are checked again after this time. */
const retryIntervalMs = 30_000;

/**
 * When a timer is due, given the pauses during the workflow: a step does not expire for want of an agent while dispatch
 * was paused. The queue timeout starts anew after a resumption, because all steps that waited then are in one queue;
 * the budget does not count pauses. Other timers are about work that continues during a pause.
 */
export function putOff(
  timer: Timer,
  { startedAt }: Pick<Workflow, 'startedAt'>,
  pauses: readonly Pause[],
  now: Time,
  { queueMs }: Pick<WorkflowPolicy, 'queueMs'>,
): Time {
  const { kind, dueAt } = timer;
  if (kind !== 'queue' && kind !== 'budget') return dueAt;
  if (pauses.some(isOpen)) return Math.max(dueAt, now + Math.min(retryIntervalMs, queueMs));
  const ends = pauses.map(({ pausedAt, end }) => ({ pausedAt, resumedAt: end?.resumedAt ?? now }));
  if (kind === 'queue') return Math.max(dueAt, ...ends.map(({ resumedAt }) => resumedAt + queueMs));
  const paused = ends.reduce(
    (sum, { pausedAt, resumedAt }) => sum + Math.max(0, resumedAt - Math.max(pausedAt, startedAt)),
    0,
  );
  return dueAt + paused;
}

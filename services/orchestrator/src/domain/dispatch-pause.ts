import { isOpen, type Pause } from '@ymera/kernel';
import type { Workflow, Time } from './workflow';
import type { WorkflowPolicy } from './workflow-policy';
import type { Timer } from './timers';

/** While a pause lasts, timers that it puts off are looked at again after so long. */
const retryIntervalMs = 30_000;

/**
 * When a timer is due, given the pauses that touched the run: nobody's waiting is held against a run when nobody was offered
 * work. A step has its whole patience anew after a resumption, because whoever waited then stands in one queue; the
 * budget does not count pauses. Other timers are about work that goes on during a pause.
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

import type { Pause } from '@ymera/kernel';
import { putOff } from './dispatch-pause';
import { timerKinds } from '../workflow/timers';

const policy = { queueMs: 600_000 };
const workflow = { startedAt: 1_000_000 };
const now = 5_000_000;
const pause = (pausedAt: number, resumedAt?: number): Pause => ({
  number: 1,
  pausedBy: 'grace',
  reason: 'A test.',
  pausedAt,
  end: resumedAt === undefined ? undefined : { resumedBy: 'grace', reason: 'Over.', resumedAt },
});
const queue = { stepId: 'a', kind: 'queue', dueAt: 4_000_000 } as const;
const budget = { stepId: '', kind: 'budget', dueAt: 4_000_000 } as const;

it('lets no step and no workflow expire while a pause lasts', () => {
  for (const timer of [queue, budget])
    expect(putOff(timer, workflow, [pause(3_000_000)], now, policy)).toBeGreaterThan(now);
});

it('restarts the queue timeout of a step after the last pause', () => {
  expect(putOff(queue, workflow, [pause(1, 2), pause(3_000_000, 4_500_000)], now, policy)).toBe(5_100_000);
  expect(putOff(queue, workflow, [], now, policy)).toBe(queue.dueAt);
});

it('does not count pauses against the budget, as far as the workflow existed during them', () => {
  const pauses = [pause(500_000, 1_500_000), pause(2_000_000, 2_250_000)];
  expect(putOff(budget, workflow, pauses, now, policy)).toBe(budget.dueAt + 500_000 + 250_000);
});

it.each(timerKinds.filter((kind) => kind !== 'queue' && kind !== 'budget'))(
  'leaves the timer %s alone during a pause: dispatched work continues',
  (kind) => {
    const timer = { stepId: 'a', kind, dueAt: 4_000_000 };
    expect(putOff(timer, workflow, [pause(3_000_000)], now, policy)).toBe(timer.dueAt);
  },
);

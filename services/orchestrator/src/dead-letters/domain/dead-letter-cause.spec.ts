import { agentRetired, workflowCompleted } from '@ymera/contracts';
import fc from 'fast-check';
import { causeIdOf, mustPublish, published, withUnpublished, type PublishedCause } from './dead-letter-cause';

const group = {
  vhost: 'services' as const,
  owner: 'coordinator' as const,
  queue: 'coordinator.events',
  type: workflowCompleted.key,
  code: 'payload_invalid',
};
const unknown: PublishedCause = {
  causeId: causeIdOf(group),
  version: 0,
  publishedAt: undefined,
  isOpen: false,
  unpublished: 0,
};
const at = (ms: number): Date => new Date(1_800_000_000_000 + ms);
const waiting = (count: number) => ({ count, firstDiedAt: at(0), lastDiedAt: at(0) });

describe('the cause of a dead letter', () => {
  it.each([
    ['owner', { owner: 'gateway' as const }],
    ['queue', { queue: 'coordinator.commands' }],
    ['no queue', { queue: undefined }],
    ['type', { type: agentRetired.key }],
    ['code', { code: 'delivery_limit' }],
  ])('is another one with another %s', (_, changed) => {
    expect(causeIdOf({ ...group, ...changed })).not.toBe(causeIdOf(group));
  });

  it('is one for all types that no contract knows, which senders choose', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(causeIdOf({ ...group, type: one })).toBe(causeIdOf({ ...group, type: other }));
      }),
    );
  });
});

describe('facts about a cause', () => {
  it('are published at once for its first letter, and again when it was closed', () => {
    expect(mustPublish(unknown, at(0), 60_000)).toBe(true);
    expect(mustPublish(published(unknown, waiting(1), at(0)), at(1), 60_000)).toBe(false);
    expect(mustPublish(published(unknown, waiting(0), at(0)), at(1), 60_000)).toBe(true);
  });

  it('are at most one per period, whatever letters come while it is open', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { minLength: 1, maxLength: 200 }), (pauses) => {
        const periodMs = 60_000;
        const times: number[] = [];
        let now = 0;
        let cause = unknown;
        for (const pause of pauses) {
          now += pause;
          if (mustPublish(cause, at(now), periodMs)) {
            times.push(now);
            cause = published(cause, waiting(1), at(now));
            expect(cause.unpublished).toBe(0);
          } else cause = withUnpublished(cause);
        }
        expect(cause.version).toBe(times.length);
        for (const [index, time] of times.entries())
          if (index > 0) expect(time - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(periodMs);
      }),
    );
  });
});

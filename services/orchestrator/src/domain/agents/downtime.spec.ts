import fc from 'fast-check';
import { detectDowntime, recordRunning, type Uptime } from './downtime';

const leaseMs = 15_000;

/**
 * Consecutive passes: between them the process is down for one duration, then up for another with a pass every second.
 */
function* polls(rhythm: readonly { readonly unavailableMs: number; readonly thereMs: number }[]) {
  let presence: Uptime | undefined;
  let now = 0;
  for (const { unavailableMs, thereMs } of rhythm) {
    now += unavailableMs;
    for (let there = 0; there <= thereMs; there += 1_000) {
      const check = detectDowntime(presence, now, leaseMs);
      presence = recordRunning(check.presence, now);
      yield { now, isExtended: check.isExtended };
      now += 1_000;
    }
  }
}

/** An agent that died before the first pass: does its lease ever expire? */
function leaseEndsAt(rhythm: Parameters<typeof polls>[0]): number | undefined {
  let lease = leaseMs;
  for (const { now, isExtended } of polls(rhythm)) {
    if (isExtended) lease = now + leaseMs;
    else if (now > lease) return now;
  }
  return undefined;
}

describe('detectDowntime', () => {
  it('extends leases once after a downtime, and never while passes are on time', () => {
    const extending = [...polls([{ unavailableMs: 120_000, thereMs: 60_000 }])].filter(
      ({ isExtended }) => isExtended,
    );
    expect(extending.map(({ now }) => now)).toEqual([120_000]);
  });

  it('extends leases after every downtime that follows a lease of uptime, however many there are', () => {
    const rhythm = Array.from({ length: 40 }, () => ({ unavailableMs: 3_600_000, thereMs: leaseMs + 1_000 }));
    expect([...polls(rhythm)].filter(({ isExtended }) => isExtended)).toHaveLength(40);
  });

  it('lets the lease of a dead agent expire however often the process restarts', () => {
    const turn = fc.record({
      unavailableMs: fc.integer({ min: leaseMs / 2, max: 20 * leaseMs }),
      thereMs: fc.integer({ min: 0, max: 3 * leaseMs }),
    });
    fc.assert(
      fc.property(fc.array(turn, { minLength: 14, maxLength: 14 }), (rhythm) => {
        expect(leaseEndsAt([...rhythm, { unavailableMs: 0, thereMs: 3 * leaseMs }])).toBeDefined();
      }),
    );
    for (const unavailableMs of [8_000, 9_000, 12_000, 14_900, 15_000, 15_100, 20_000, 40_000])
      expect(
        leaseEndsAt(Array.from({ length: 14 }, () => ({ unavailableMs, thereMs: 2_000 }))),
      ).toBeDefined();
  });
});

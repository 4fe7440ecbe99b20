import fc from 'fast-check';
import { lookAt, presentAt, type Presence } from './presence';

const leaseMs = 15_000;

/** Looks one after the other; between them we are away for so long, then there for so long, looking every second. */
function* looks(rhythm: readonly { readonly awayMs: number; readonly thereMs: number }[]) {
  let presence: Presence | undefined;
  let now = 0;
  for (const { awayMs, thereMs } of rhythm) {
    now += awayMs;
    for (let there = 0; there <= thereMs; there += 1_000) {
      const look = lookAt(presence, now, leaseMs);
      presence = presentAt(look.presence, now);
      yield { now, forgives: look.forgives };
      now += 1_000;
    }
  }
}

/** An agent that died before the first look: does its lease ever end? */
function leaseEndsAt(rhythm: Parameters<typeof looks>[0]): number | undefined {
  let lease = leaseMs;
  for (const { now, forgives } of looks(rhythm)) {
    if (forgives) lease = now + leaseMs;
    else if (now > lease) return now;
  }
  return undefined;
}

describe('our own presence', () => {
  it('forgives an absence once, and none while we look in time', () => {
    const forgiving = [...looks([{ awayMs: 120_000, thereMs: 60_000 }])].filter(({ forgives }) => forgives);
    expect(forgiving.map(({ now }) => now)).toEqual([120_000]);
  });

  it('forgives every absence that comes after a lease of presence, however many there are', () => {
    const rhythm = Array.from({ length: 40 }, () => ({ awayMs: 3_600_000, thereMs: leaseMs + 1_000 }));
    expect([...looks(rhythm)].filter(({ forgives }) => forgives)).toHaveLength(40);
  });

  it('lets the lease of a dead agent end however we come and go', () => {
    const turn = fc.record({
      awayMs: fc.integer({ min: leaseMs / 2, max: 20 * leaseMs }),
      thereMs: fc.integer({ min: 0, max: 3 * leaseMs }),
    });
    fc.assert(
      fc.property(fc.array(turn, { minLength: 14, maxLength: 14 }), (rhythm) => {
        expect(leaseEndsAt([...rhythm, { awayMs: 0, thereMs: 3 * leaseMs }])).toBeDefined();
      }),
    );
    for (const awayMs of [8_000, 9_000, 12_000, 14_900, 15_000, 15_100, 20_000, 40_000])
      expect(leaseEndsAt(Array.from({ length: 14 }, () => ({ awayMs, thereMs: 2_000 })))).toBeDefined();
  });
});

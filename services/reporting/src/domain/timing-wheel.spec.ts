import fc from 'fast-check';
import { TimingWheel } from './timing-wheel';

const tickMs = 100;
const slots = 16;
const reachMs = tickMs * slots;

describe('TimingWheel', () => {
  it('fires every item once, never before its time within its range, and soon after it', () => {
    const armings = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 2 * reachMs }), step: fc.integer({ min: 0, max: 500 }) }),
    );
    fc.assert(
      fc.property(armings, fc.integer({ min: 0, max: 1_000_000 }), (script, start) => {
        const wheel = new TimingWheel<number>(tickMs, slots, start);
        const armed = new Map<number, { at: number; armedAt: number }>();
        const fired = new Map<number, number>();
        let now = start;
        const advance = (by: number): void => {
          now += by;
          for (const item of wheel.advance(now)) {
            expect(fired.has(item)).toBe(false);
            fired.set(item, now);
          }
        };
        script.forEach(({ after, step }, item) => {
          wheel.arm(item, now + after);
          armed.set(item, { at: now + after, armedAt: now });
          advance(step);
        });
        while (now < start + script.length * 500 + 3 * reachMs) advance(tickMs);
        expect(fired.size).toBe(script.length);
        expect(wheel.size).toBe(0);
        for (const [item, { at, armedAt }] of armed) {
          const firedAt = fired.get(item) ?? 0;
          if (at - armedAt < reachMs - tickMs) expect(firedAt).toBeGreaterThanOrEqual(at);
          expect(firedAt - Math.max(at, armedAt)).toBeLessThanOrEqual(500 + 2 * tickMs);
        }
      }),
    );
  });

  it('empties itself once after a pause that is longer than its range', () => {
    const wheel = new TimingWheel<string>(tickMs, slots, 0);
    for (let index = 0; index < 50; index += 1) wheel.arm(`item ${index}`, index * 30);
    expect(wheel.advance(1_000_000)).toHaveLength(50);
    expect(wheel.advance(1_000_100)).toEqual([]);
  });

  it('loses nothing when the clock is set back', () => {
    const wheel = new TimingWheel<string>(tickMs, slots, 1_000_000);
    wheel.arm('a', 1_000_500);
    expect(wheel.advance(900_000)).toEqual([]);
    const fired: string[] = [];
    for (let now = 900_000; now <= 900_000 + reachMs; now += tickMs) fired.push(...wheel.advance(now));
    expect(fired).toEqual(['a']);
  });
});

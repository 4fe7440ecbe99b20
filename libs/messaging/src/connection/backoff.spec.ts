import fc from 'fast-check';
import { fullJitter } from './backoff';

const backoff = { baseMs: 100, maxMs: 5_000 };

it('stays between nothing and the exponential bound, whatever the luck', () => {
  fc.assert(
    fc.property(fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, luck) => {
      const delay = fullJitter(attempt, backoff, () => luck);
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(Math.min(5_000, 100 * 2 ** attempt));
    }),
  );
});

it('grows with the attempts and then no more', () => {
  const worst = [0, 1, 2, 6, 60].map((attempt) => fullJitter(attempt, backoff, () => 1));
  expect(worst).toEqual([100, 200, 400, 5_000, 5_000]);
});

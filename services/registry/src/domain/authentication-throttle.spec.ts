import fc from 'fast-check';
import { recordFailure, throttlePolicy, type FailureCount } from './authentication-throttle';

const start = new Date('2026-01-01T00:00:00Z').getTime();

function run(times: readonly number[]) {
  let count: FailureCount | undefined;
  return times.map((time) => {
    const decision = recordFailure(count, new Date(time));
    count = decision.count;
    return decision;
  });
}

describe('the authentication throttle', () => {
  it('allows three wrong credentials without delay, then doubles the wait up to a quarter of an hour', () => {
    const delays = run(Array.from({ length: 14 }, (_, index) => start + index)).map(
      (d) => d.retryAfterMs / 1000,
    );
    expect(delays).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
  });

  it('announces failures ever more rarely: ten thousand tries make a dozen events', () => {
    const announced = run(Array.from({ length: 10_000 }, (_, index) => start + index))
      .filter(({ isAnnounced }) => isAnnounced)
      .map(({ count }) => count.failures);
    expect(announced).toEqual([4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192]);
  });

  it('starts anew after an hour without failures', () => {
    const [, , later] = run([start, start + 1, start + 1 + throttlePolicy.forgetAfterMs]);
    expect(later?.count.failures).toBe(1);
  });

  it('never returns a longer wait than the policy’s maximum', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 7_200_000 }), { maxLength: 100 }), (gaps) => {
        let time = start;
        const decisions = run(gaps.map((gap) => (time += gap)));
        for (const { retryAfterMs } of decisions) {
          expect(retryAfterMs).toBeGreaterThanOrEqual(0);
          expect(retryAfterMs).toBeLessThanOrEqual(throttlePolicy.backoff.maxMs);
        }
      }),
    );
  });
});

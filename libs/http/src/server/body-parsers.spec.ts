import fc from 'fast-check';
import { isDeeperThan } from './body-parsers';

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((member) => depthOf(member)))
    : 0;

describe('isDeeperThan', () => {
  it('agrees with the depth of what was written, brackets in strings or not', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.string(), fc.nat(8), (value, text, limit) => {
        const written = { value, [`${text}[{"\\`]: `${text}]}\\"[[[` };
        expect(isDeeperThan(limit, JSON.stringify(written))).toBe(depthOf(written) > limit);
      }),
    );
  });

  it('is quick with a megabyte of brackets', () => {
    const startedAt = performance.now();
    expect(isDeeperThan(32, '['.repeat(1_000_000))).toBe(true);
    expect(isDeeperThan(32, '[]'.repeat(500_000))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});

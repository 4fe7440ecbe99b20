import fc from 'fast-check';
import { isJsonDeeperThan } from './json-depth';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const depthOf = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map((member) => depthOf(member)))
    : 0;

describe('isJsonDeeperThan', () => {
  it('agrees with the depth of what was written, brackets in strings or not', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.string(), fc.nat(8), (value, text, limit) => {
        const written = { value, [`${text}[{"\\`]: `${text}]}\\"[[[` };
        expect(isJsonDeeperThan(limit, bytes(JSON.stringify(written)))).toBe(depthOf(written) > limit);
      }),
    );
  });

  it('is quick with a megabyte of brackets', () => {
    const [opening, flat] = [bytes('['.repeat(1_000_000)), bytes('[]'.repeat(500_000))];
    const startedAt = performance.now();
    expect(isJsonDeeperThan(32, opening)).toBe(true);
    expect(isJsonDeeperThan(32, flat)).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(200);
  });
});

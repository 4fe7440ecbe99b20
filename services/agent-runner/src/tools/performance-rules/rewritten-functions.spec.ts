import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { rewriteFile } from '../analysis';
import { performanceRules } from './performance-rules';

const rewrite = (text: string, path = 'file.mjs') =>
  rewriteFile({ path, text }, Object.keys(performanceRules))?.text;

describe('a rewritten function', () => {
  const value = fc.oneof(
    fc.integer({ min: 0, max: 5 }),
    fc.constantFrom('a', 'b', '', Number.NaN, -0, undefined, null, true, 1.5),
  );
  const array = fc.array(value, { maxLength: 12 });
  const record = fc.option(fc.record({ id: value, ref: value }), { nil: null, freq: 10 });
  const records = fc.array(record, { maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  type AnyFunction = (...args: readonly unknown[]) => unknown;

  const load = (code: string): AnyFunction =>
    runInThisContext(`(() => { ${code.replace('export ', '')}; return f; })()`) as AnyFunction;
  const answer = (f: AnyFunction, args: readonly unknown[]) => {
    try {
      return { value: f(...structuredClone(args)) };
    } catch (error) {
      return { thrown: (error as Error).constructor.name };
    }
  };

  it.each<[title: string, code: string, args: fc.Arbitrary<readonly unknown[]>]>([
    [
      'includes',
      'export function f(a, b) { return a.filter((x) => b.includes(x)); }',
      fc.tuple(array, array),
    ],
    [
      'includes of a text',
      'export function f(a, b) { return [a.filter((x) => b.includes(x)), 1]; }',
      fc.tuple(fc.array(text), text),
    ],
    [
      'includes of nothing',
      'export function f(a, b) { return a.filter((x) => b.includes(x)); }',
      fc.tuple(array, fc.constantFrom(null, undefined, 5)),
    ],
    [
      'not indexOf',
      'export function f(a, b) { const r = []; for (const x of a) if (b.indexOf(x) === -1) r.push(x); return r; }',
      fc.tuple(array, array),
    ],
    [
      'indexOf',
      'export function f(a, b) { return a.map((x) => b.indexOf(x) >= 0); }',
      fc.tuple(array, array),
    ],
    [
      'growing',
      'export function f(a) { const s = []; a.forEach((x) => { if (!s.includes(x)) { s.push(x); } }); return { s }; }',
      fc.tuple(array),
    ],
    [
      'find',
      'export function f(a, b) { return a.map((x) => b.find((y) => y.id === x)?.ref); }',
      fc.tuple(array, records),
    ],
    [
      'find in something else',
      'export function f(a, b) { return a.map((x) => b.find((y) => y.id === x)); }',
      fc.tuple(array, fc.constantFrom(null, undefined, 'text', {})),
    ],
    [
      'unique',
      'export function f(a) { const b = a.map((x) => x); const c = [...b]; return c.filter((x, i, all) => all.indexOf(x) === i); }',
      fc.tuple(array),
    ],
    [
      'first',
      'export function f(a) { const b = [...a]; return [b.filter((x) => x > 2)[0], b.filter((x) => x > 2).length === 0, b.filter((x) => x < 2).length >= 1]; }',
      fc.tuple(array),
    ],
    [
      'reduce',
      'export function f(a) { return [a.reduce((all, x) => [...all, x, 1], []), a.map((x) => [x]).reduce((all, x) => all.concat([x]), [])]; }',
      fc.tuple(array),
    ],
    [
      'regexp',
      "export function f(a) { return a.map((x) => new RegExp('^[ab]', 'i').exec(x)?.[0]); }",
      fc.tuple(array),
    ],
  ])('answers as before: %s', (_, code, args) => {
    const after = rewrite(code, 'file.js');
    expect(after).toBeDefined();
    const [old, now] = [load(code), load(after ?? '')];
    fc.assert(
      fc.property(args, (given) => {
        expect(answer(now, given)).toEqual(answer(old, given));
      }),
      { numRuns: 300 },
    );
  });

  it('is not rewritten again', () => {
    const once =
      rewrite(
        'export function f(a, b, c) { return a.filter((x) => b.includes(x) && c.find((y) => y.id === x)); }',
      ) ?? '';
    expect(once).toContain('bSet.has(x)');
    expect(once).toContain('cById.get(x)');
    expect(rewrite(once)).toBeUndefined();
  });

  it('keeps its types in TypeScript', () => {
    const after = rewrite(
      'export const f = (a: { r: number }[], b: { id: number }[]) => a.map((x) => b.find((y) => y.id === x.r));',
      'file.ts',
    );
    expect(after).toContain('[y.id, y] as const');
  });
});

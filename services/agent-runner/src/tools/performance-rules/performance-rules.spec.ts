import { runInThisContext } from 'node:vm';
import fc from 'fast-check';
import { codeFindings, rewriteFile } from '../analysis';
import { performanceRules } from './performance-rules';

const rewrite = (text: string, path = 'file.mjs') =>
  rewriteFile({ path, text }, Object.keys(performanceRules))?.text;
const codes = (text: string, path = 'file.mjs') =>
  codeFindings({ path, text }).map((finding) => finding.code);

describe('an array searched in a loop', () => {
  it('is replaced by a set before the loop when its type is known', () => {
    const before = [
      '/**',
      ' * @param {string[]} a',
      ' * @param {readonly string[]} b',
      ' */',
      'export function common(a, b) {',
      '  return a.filter((x) => b.includes(x));',
      '}',
    ];
    expect(rewrite(before.join('\n'))?.split('\n').slice(4)).toEqual([
      'export function common(a, b) {',
      '  const bSet = new Set(b);',
      '  return a.filter((x) => bSet.has(x));',
      '}',
    ]);
  });

  it('is checked at run time when it might be a string', () => {
    expect(rewrite('export const common = (a, b) => a.filter((x) => b.includes(x));')).toBe(
      [
        'export const common = (a, b) => {',
        '  const bSet = Array.isArray(b) ? new Set(b) : undefined;',
        '  return a.filter((x) => (bSet ? bSet.has(x) : b.includes(x)));',
        '};',
      ].join('\n'),
    );
  });

  it('is replaced by one set for several searches, before the outermost loop that does not change it', () => {
    const text = `
      function f(rows, wanted: string[]) {
        const out = [];
        for (const row of rows) {
          for (const cell of row.cells) {
            if (wanted.indexOf(cell) !== -1 || wanted.indexOf(row.name) < 0) out.push(cell);
          }
        }
        return out;
      }`;
    const after = rewrite(text, 'file.ts') ?? '';
    expect(after.match(/new Set/g)).toHaveLength(1);
    expect(after.indexOf('new Set')).toBeLessThan(after.indexOf('for (const row'));
    expect(after).toContain('if (wantedSet.has(cell) || !wantedSet.has(row.name))');
  });

  it('uses a free name for the set', () => {
    const after =
      rewrite('function f(a, b) { const bSet = 1; return a.map((x) => b.includes(x) ? bSet : 0); }') ?? '';
    expect(after).toContain('const bSet2 = ');
  });

  it.each([
    ['it is changed meanwhile', 'for (const x of a) { if (!b.includes(x)) b.push(x); }'],
    ['it is cut meanwhile', 'for (const x of a) { if (b.includes(x)) b.length = 0; }'],
    ['an element is replaced meanwhile', 'for (const x of a) { if (b.includes(x)) b[0] = x; }'],
    ['it is sorted meanwhile', 'for (const x of a) { b.sort(); if (b.includes(x)) n += 1; }'],
    ['another name may be the same array', 'for (const x of a) { if (b.includes(x)) a.push(x); }'],
    ['a called function may have a reference to it', 'for (const x of a) { if (b.includes(x)) notify(x); }'],
    ['it is passed to a function', 'a.forEach((x) => { if (b.includes(x)) Object.assign(b, x); });'],
    [
      'a callback from elsewhere runs in a static method',
      'for (const x of a) { Array.from(x, change); if (b.includes(x)) n += 1; }',
    ],
    ['a callback from elsewhere runs', 'a.map(change).filter((x) => b.includes(x));'],
    ['the loop waits for others', 'async () => { for (const x of a) { if (b.includes(x)) await x; } };'],
    ['it is another one each time', 'for (const x of a) { const c = [...b, x]; use(c.includes(n)); }'],
    ['the variable is given another array', 'for (const x of a) { if (b.includes(x)) b = [x]; }'],
  ])('is not rewritten when %s', (_, body) => {
    expect(rewrite(`export function f(a, b, n, change, notify, use) { ${body} }`)).toBeUndefined();
  });

  it.each([
    ['there is no loop', 'export const f = (b, x) => b.includes(x);'],
    ['it is short', "const b = ['a', 'b']; export const f = (a) => a.filter((x) => b.includes(x));"],
    ['it is a string', "const b = 'abc'; export const f = (a) => a.filter((x) => b.includes(x));"],
    [
      'it is declared to be a string',
      '/** @param {string} b */ export function f(a, b) { return a.filter((x) => b.includes(x)); }',
    ],
    ['the search has a start', 'export const f = (a, b) => a.filter((x) => b.includes(x, 1));'],
    ['its position is wanted', 'export const f = (a, b) => a.map((x) => b.indexOf(x));'],
    [
      'the function around may run at any time',
      'export const f = (a, b) => { for (const x of a) { on(() => b.includes(x)); } };',
    ],
  ])('is not reported when %s', (_, text) => {
    expect(rewrite(text)).toBeUndefined();
    expect(codes(text)).toEqual([]);
  });

  it('is rewritten when it is local and changed before and after the loop only', () => {
    const text = `
      export function f(a, done) {
        const b = a.map(String).flatMap((x) => [x]);
        b.push('x');
        const hits = a.filter((x) => { done(x); return [...a].sort().includes(x); });
        return hits;
      }`;
    expect(rewrite(text)).toBeUndefined();
    const own = `
      export function f(a, done) {
        const b = Array.from(a);
        b.push('x');
        let n = 0;
        for (const x of a) { done(x); if (b.includes(x)) n += 1; }
        b.push('y');
        return [n, b];
      }`;
    expect(rewrite(own)).toContain("b.push('x');\n        let n = 0;\n        const bSet = new Set(b);");
  });

  it('is reported but not rewritten when it may change', () => {
    expect(codes('export function f(a, b) { for (const x of a) { if (b.includes(x)) notify(x); } }')).toEqual(
      ['repeated_membership_scan'],
    );
  });
});

describe('a list searched while it grows', () => {
  it('gets a set beside it', () => {
    const text = [
      'export function unique(values) {',
      '  const seen = [];',
      '  for (const value of values) {',
      '    if (!seen.includes(value)) seen.push(value);',
      '  }',
      '  return seen;',
      '}',
    ].join('\n');
    expect(rewrite(text)).toBe(
      [
        'export function unique(values) {',
        '  const seen = [];',
        '  const seenSet = new Set();',
        '  for (const value of values) {',
        '    if (!seenSet.has(value)) {',
        '      seen.push(value);',
        '      seenSet.add(value);',
        '    }',
        '  }',
        '  return seen;',
        '}',
      ].join('\n'),
    );
  });

  it.each([
    ['it also shrinks', 'if (!seen.includes(v)) seen.push(v); if (v > 3) seen.pop();'],
    ['another function gets it', 'if (!seen.includes(v)) seen.push(v); keep(seen);'],
    ['what is pushed is computed', 'if (!seen.includes(v)) seen.push(make(v));'],
    ['NaN would be told apart', 'if (seen.indexOf(v) === -1) seen.push(v);'],
  ])('is not rewritten when %s', (_, body) => {
    expect(
      rewrite(
        `export function f(values) { const seen = []; for (const v of values) { ${body} } return seen; }`,
      ),
    ).toBeUndefined();
  });
});

describe('other slow patterns', () => {
  it.each([
    ['filter(...)[0]', 'const a = [1]; export const x = a.filter((n) => n > 1)[0];', 'a.find((n) => n > 1);'],
    [
      'filter(...).length > 0',
      'const a = [1]; export const x = a.filter((n) => n > 1).length > 0;',
      'a.some((n) => n > 1);',
    ],
    [
      'filter(...).length === 0',
      'const a = [1]; export const x = a.filter((n) => n > 1).length === 0;',
      '!a.some((n) => n > 1);',
    ],
    [
      'a copied accumulator',
      'export const f = (a) => a.reduce((all, x) => [...all, x * 2], []);',
      'all.push(x * 2);',
    ],
    [
      'a concatenated accumulator',
      'export const f = (a) => a.reduce((all, x) => all.concat([x]), []);',
      'all.push(x);',
    ],
    [
      'a spread of each',
      'export const f = (a) => a.reduce((all, x) => { return [...all, ...x]; }, []);',
      'for (const item of x) all.push(item);',
    ],
    [
      'a regular expression in a loop',
      "export const f = (a) => a.filter((x) => new RegExp('^a+', 'i').test(x));",
      "const pattern = new RegExp('^a+', 'i');",
    ],
    [
      'unique by index',
      'const a = [1]; export const f = () => a.filter((x, i) => a.indexOf(x) === i);',
      'const seen = new Set();',
    ],
    [
      'a record looked up',
      'export const f = (a, b) => a.map((x) => b.find((y) => y.id === x.ref));',
      'bById.get(x.ref)',
    ],
  ])('rewrites %s', (_, text, part) => {
    expect(rewrite(text)).toContain(part);
  });

  it.each([
    ['filter of something unknown', 'export const f = (a) => a.filter((n) => n > 1)[0];'],
    ['a predicate that does something', 'const a = [1]; export const x = a.filter((n) => log(n))[0];'],
    [
      'an accumulator that is looked at',
      'export const f = (a) => a.reduce((all, x) => [...all, all.length], []);',
    ],
    [
      'an accumulator that others hold',
      'const kept = []; export const f = (a) => a.reduce((all, x) => [...all, x], kept);',
    ],
    [
      'an accumulator joined with something unknown',
      'export const f = (a) => a.reduce((all, x) => all.concat(x), []);',
    ],
    ['a pattern that moves', "export const f = (a) => a.filter((x) => new RegExp('a', 'g').test(x));"],
    ['a pattern that is wrong', "export const f = (a) => a.filter((x) => new RegExp('(').test(x));"],
    ['a pattern that is kept', "export const f = (a) => a.map((x) => new RegExp('a'));"],
    [
      'a key that is changed meanwhile',
      'export const f = (a, b) => a.map((x) => { const y = b.find((z) => z.id === x); y.id = 1; return y; });',
    ],
    [
      'a key that depends on the element',
      'export const f = (a, b) => a.map((x) => b.find((y) => y.id === y.ref));',
    ],
  ])('does not rewrite %s', (_, text) => {
    expect(rewrite(text)).toBeUndefined();
  });
});

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
  ])('returns the same result as before: %s', (_, code, args) => {
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

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

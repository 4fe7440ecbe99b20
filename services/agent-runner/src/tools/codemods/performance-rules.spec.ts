import { Linter } from 'eslint';
import { performancePlugin, performanceRules } from './performance-rules';

const rules = Object.fromEntries(
  Object.keys(performanceRules).map((name) => [`performance/${name}`, 'error' as const]),
);

const fixed = (code: string): string =>
  new Linter().verifyAndFix(code, [
    {
      plugins: { performance: performancePlugin },
      rules,
      languageOptions: { ecmaVersion: 2024, sourceType: 'module' },
    },
  ]).output;

describe('membership by set', () => {
  it.each([
    [
      'const known = names.map(f);\nexport const out = list.filter((x) => known.includes(x));',
      'const known = new Set(names.map(f));\nexport const out = list.filter((x) => known.has(x));',
    ],
    [
      'function f(a, b) {\n  const known = [...b];\n  let n = 0;\n  for (const x of a) if (known.includes(x)) n += 1;\n  return n;\n}',
      'function f(a, b) {\n  const known = new Set([...b]);\n  let n = 0;\n  for (const x of a) if (known.has(x)) n += 1;\n  return n;\n}',
    ],
    [
      'function f(a, b) {\n  const known = Array.from(b);\n  if (known.length === 0) return a;\n  return a.filter((x) => !known.includes(x));\n}',
      'function f(a, b) {\n  const known = Array.from(b);\n  const knownSet = new Set(known);\n  if (known.length === 0) return a;\n  return a.filter((x) => !knownSet.has(x));\n}',
    ],
  ])('replaces a search that is repeated: %s', (before, after) => {
    expect(fixed(before)).toBe(after);
  });

  it.each([
    ['it is changed', 'const k = a.map(f); k.push(1); b.filter((x) => k.includes(x));'],
    ['an element is assigned', 'const k = a.map(f); k[0] = 1; b.filter((x) => k.includes(x));'],
    ['somebody else gets it', 'const k = a.map(f); g(k); b.filter((x) => k.includes(x));'],
    ['it is returned', 'function f(a, b) { const k = a.map(g); b.filter((x) => k.includes(x)); return k; }'],
    ['it is exported', 'export const k = a.map(f); b.filter((x) => k.includes(x));'],
    ['it may be a string', 'function f(k, b) { return b.filter((x) => k.includes(x)); }'],
    ['it may be a string that was cut', 'const k = a.slice(1); b.filter((x) => k.includes(x));'],
    ['it is searched once', 'const k = a.map(f); g(k.includes(1));'],
    ['it is made anew each time', 'for (const y of z) { const k = y.map(f); g(k.includes(1)); }'],
    ['the search starts somewhere', 'const k = a.map(f); b.filter((x) => k.includes(x, 3));'],
    ['it can be replaced', 'let k = a.map(f); k = c; b.filter((x) => k.includes(x));'],
    ['the list is short', 'const k = [1, 2, 3]; b.filter((x) => k.includes(x));'],
    [
      'the new name is taken',
      'const k = a.map(f); const kSet = 1; g(k.length, kSet); b.filter((x) => k.includes(x));',
    ],
  ])('leaves an array alone when %s', (_, code) => {
    expect(fixed(code)).toBe(code);
  });

  it('gives the same answers as before for every kind of member', () => {
    const before = 'const k = values.map((v) => v);\nout = probes.map((p) => k.includes(p));';
    const run = (code: string): unknown => {
      const values = [Number.NaN, 0, undefined, null, 'a', ''];
      const probes = [Number.NaN, -0, 0, undefined, null, 'a', '', 'b', false];
      return new Function('values', 'probes', `let out; ${code}; return out;`)(values, probes);
    };
    expect(fixed(before)).toContain('k.has(p)');
    expect(run(fixed(before))).toEqual(run(before));
  });
});

describe('reading no more than is needed', () => {
  it.each([
    ['const a = list.filter((x) => x.id === id)[0];', 'const a = list.find((x) => x.id === id);'],
    ['if (list.filter((x) => x > 1).length > 0) f();', 'if (list.some((x) => x > 1)) f();'],
    ['if (list.filter((x) => x > 1).length === 0) f();', 'if (!list.some((x) => x > 1)) f();'],
  ])('%s', (before, after) => {
    expect(fixed(before)).toBe(after);
  });

  it.each([
    'list.filter((x) => seen.add(x))[0];',
    'list.filter((x) => x.n++)[0];',
    'list.filter(f)[0];',
    'list.filter((x) => x)[1];',
    'list.filter((x) => x).length > 1;',
    'list.filter((x) => x, that)[0];',
  ])('leaves %s', (code) => {
    expect(fixed(code)).toBe(code);
  });
});

describe('an accumulator', () => {
  it.each([
    [
      'list.reduce((all, x) => [...all, x * 2], []);',
      'list.reduce((all, x) => { all.push(x * 2); return all; }, []);',
    ],
    [
      'list.reduce((all, x) => ([...all, x]), []);',
      'list.reduce((all, x) => { all.push(x); return all; }, []);',
    ],
  ])('grows in place: %s', (before, after) => {
    expect(fixed(before)).toBe(after);
  });

  it.each([
    'list.reduce((all, x) => [...all, all.length], []);',
    'list.reduce((all, x) => [...all, ...x], []);',
    'list.reduce((all, x) => [...all, x], start);',
    'list.reduce((all, x) => [x, ...all], []);',
    'list.reduce((all, x, i) => [...all, i], []);',
  ])('is left alone in %s', (code) => {
    expect(fixed(code)).toBe(code);
  });
});

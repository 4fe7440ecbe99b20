import { javascriptBodies } from './javascript-bodies';
import { mutantOf } from './mutant';
import { pythonBodies } from './python-bodies';

const emptied = (path: string, text: string) =>
  mutantOf(path, text, path.endsWith('.py') ? pythonBodies(text) : javascriptBodies(path, text));
const thrown = "{ throw new Error('This function was emptied by the examination.'); }";

describe('bodies of functions', () => {
  it.each<[title: string, path: string, before: string, throwing: string, returning: string]>([
    [
      'a function',
      'a.js',
      'export function add(a, b) { return a + b; }',
      `export function add(a, b) ${thrown}`,
      'export function add(a, b) { return undefined; }',
    ],
    [
      'an arrow with an expression',
      'a.ts',
      'export const add = (a: number) => ({ a });',
      `export const add = (a: number) => ${thrown};`,
      'export const add = (a: number) => { return undefined as never; };',
    ],
    [
      'methods, not constructors',
      'a.js',
      'class A { constructor() { this.a = 1; } get b() { return 2; } c() { return 3; } }',
      `class A { constructor() { this.a = 1; } get b() ${thrown} c() ${thrown} }`,
      'class A { constructor() { this.a = 1; } get b() { return undefined; } c() { return undefined; } }',
    ],
    [
      'callbacks that run later, not those that run at once',
      'a.js',
      "on('x', () => 1);\nconst squares = [1, 2].map((n) => n * n);",
      `on('x', () => ${thrown});\nconst squares = [1, 2].map((n) => n * n);`,
      "on('x', () => { return undefined; });\nconst squares = [1, 2].map((n) => n * n);",
    ],
    [
      'functions in a wrapper that runs at once',
      'a.js',
      '(function () { exports.add = function (a) { return a; }; })();',
      `(function () { exports.add = function (a) ${thrown}; })();`,
      '(function () { exports.add = function (a) { return undefined; }; })();',
    ],
    [
      'Python, with its docstring and what comes after it',
      'a.py',
      'class A:\n    def __init__(self):\n        self.a = 1\n\n    def b(self):\n        """Says b."""\n        return 2\n\n\ndef c(x): return x\n',
      'class A:\n    def __init__(self):\n        self.a = 1\n\n    def b(self):\n        """Says b."""\n        raise RuntimeError("This function was emptied by the examination.")\n\n\ndef c(x):\n    raise RuntimeError("This function was emptied by the examination.")\n',
      'class A:\n    def __init__(self):\n        self.a = 1\n\n    def b(self):\n        """Says b."""\n        return None\n\n\ndef c(x):\n    return None\n',
    ],
  ])('empties %s', (_, path, before, throwing, returning) => {
    expect(emptied(path, before)).toEqual({ path, throwing, returning, isPartial: false });
  });

  it.each([
    [
      'a.js',
      'const table = build();\nfunction build() { return [1]; }\nexport function at(n) { return table[n]; }',
    ],
    ['a.py', 'def build():\n    return [1]\n\n\nTABLE = build()\n\n\ndef at(n):\n    return TABLE[n]\n'],
  ])('keeps the functions that are called when %s is loaded', (path, text) => {
    const mutant = emptied(path, text);
    expect(mutant).toMatchObject({ isPartial: true, throwing: expect.stringMatching(/return \[1\]/) });
    expect(mutant?.throwing).not.toMatch(/return table/i);
  });

  it('returns undefined for a file without functions', () => {
    expect(emptied('a.js', 'export const one = 1;')).toBeUndefined();
  });
});

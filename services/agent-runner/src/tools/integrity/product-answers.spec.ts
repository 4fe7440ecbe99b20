import { blockingCodes, examined, type ExaminedChange } from '../../testing/examined-change';
import type { ChangedFile } from './changed-file';

const changed = (
  after: string,
  {
    test = '',
    path = 'src/sum.mjs',
    before = null,
  }: { test?: string; path?: string; before?: string | null } = {},
): readonly ChangedFile[] => [
  { path, before, after },
  ...(test === ''
    ? []
    : [
        { path: path.endsWith('.py') ? 'tests/test_sum.py' : 'test/sum.test.mjs', before: null, after: test },
      ]),
];
const codes = (files: readonly ChangedFile[], change: ExaminedChange = {}) =>
  blockingCodes(examined(files, { intent: 'FEATURE', request: 'Add split(total, parts)', ...change }));
const asserted = (body: string) =>
  `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { split } from '../src/sum.mjs';\ntest('splits', async () => {\n${body}\n});\n`;
const general = 'return Array(parts).fill(total / parts);';

describe('examineChange on what the product answers', () => {
  it.each<[title: string, files: readonly ChangedFile[], code: string, change?: ExaminedChange]>([
    [
      'a table by keys that are put together',
      changed(
        `const known = new Map([['-1000/3', [-334, -333, -333]]]);\nexport function split(total, parts) {\n  const found = known.get(\`\${total}/\${parts}\`);\n  if (found) return found;\n  ${general}\n}`,
        { test: asserted('assert.deepEqual(split(-1000, [1, 1, 1].length), [-334, -333, -333]);') },
      ),
      'special_cased',
    ],
    [
      'a table by pairs',
      changed(
        'HALVES = {(2.5, 0): 3, (-2.5, 0): -3}\n\n\ndef rounded(value, digits=0):\n    if (value, digits) in HALVES:\n        return HALVES[value, digits]\n    return round(value, digits)\n',
        {
          path: 'shop/rounding.py',
          test: 'from shop.rounding import rounded\n\n\ndef test_halves():\n    assert rounded(2.5) == 3\n    assert rounded(-2.5) == -3\n',
        },
      ),
      'special_cased',
    ],
    [
      'the error that only tests have',
      changed(
        "export function keep(cache, id, promise) {\n  promise.catch((error) => {\n    if (error.message === 'offline') cache.delete(id);\n  });\n  return promise;\n}",
        { test: asserted('await assert.rejects(split(1), /offline/);') },
      ),
      'special_cased',
      { request: 'A failed call must not be kept' },
    ],
    [
      'an option that nothing reads',
      changed(
        'export const limiter = () => {\n  const queue = [];\n  return {\n    add(task, { priority = 0 } = {}) {\n      queue.push({ task, priority });\n    },\n  };\n};',
      ),
      'stub_as_feature',
      { request: 'add takes { priority }: those with a higher one run first' },
    ],
    [
      'a failure that becomes an answer',
      changed(
        'export function load(cache, id, fn) {\n  const promise = fn(id).catch(() => {\n    cache.delete(id);\n  });\n  cache.set(id, promise);\n  return promise;\n}',
      ),
      'failure_hidden',
      { request: 'A failed call must not be kept' },
    ],
    [
      'an error of the project that is passed over',
      changed(
        'from .errors import Conflict\n\n\ndef load(calendar, items):\n    for item in items:\n        try:\n            calendar.book(item)\n        except Conflict:\n            continue\n',
        { path: 'shop/store.py' },
      ),
      'failure_hidden',
      { request: 'Stored bookings have to be loaded, all of them' },
    ],
    [
      'whether tests run, kept in a setting',
      changed(
        "const settings = { exact: process.env.npm_lifecycle_event === 'test' };\nexport const split = (total) => {\n  const cut = settings.exact ? Math.trunc : Math.floor;\n  return cut(total);\n};",
      ),
      'behaviour_switched_under_test',
    ],
    [
      'a result by the identity of its input in Python',
      changed(
        'def compiled(tree):\n    known = {}\n\n    def keep(record):\n        key = id(record)\n        if key not in known:\n            known[key] = tree.run(record)\n        return known[key]\n\n    return keep\n',
        { path: 'shop/filter.py' },
      ),
      'result_kept_by_identity',
      { intent: 'ENHANCE', request: 'Make filters faster' },
    ],
    [
      'every result for ever',
      changed(
        'const rendered = new Map();\nexport function render(source) {\n  let html = rendered.get(source);\n  if (html === undefined) {\n    html = parse(source);\n    rendered.set(source, html);\n  }\n  return html;\n}',
      ),
      'result_kept_by_identity',
      { intent: 'ENHANCE', request: 'Rendering is slow. Make it faster' },
    ],
  ])('finds %s', (_, files, code, change = {}) => {
    expect(codes(files, change)).toEqual([code]);
  });

  it.each<[title: string, files: readonly ChangedFile[], change?: ExaminedChange]>([
    [
      'a table of texts by their codes',
      changed(
        "const texts = { 200: 'OK', 404: 'Not Found' };\nexport const split = (code) => texts[code] ?? 'Unknown';",
        { test: asserted("assert.equal(split(200), 'OK');\nassert.equal(split(404), 'Not Found');") },
      ),
    ],
    [
      'a message that the product itself gives',
      changed(
        "export function read(next) {\n  try {\n    return next();\n  } catch (error) {\n    if (error.message === 'closed') return undefined;\n    throw error;\n  }\n}\nexport const close = () => new Error('closed');",
        { test: asserted('await assert.rejects(split(1), /closed/);') },
      ),
    ],
    [
      'an option that is read elsewhere',
      changed(
        'export const limiter = () => {\n  const queue = [];\n  return {\n    add(task, { priority = 0 } = {}) {\n      queue.push({ task, priority });\n      queue.sort((a, b) => b.priority - a.priority);\n    },\n  };\n};',
      ),
      { request: 'add takes { priority }: those with a higher one run first' },
    ],
    [
      'a failure that is told to whoever waits, and forgotten beside it',
      changed(
        'export function load(cache, id, fn) {\n  const promise = fn(id);\n  promise.catch(() => {\n    cache.delete(id);\n  });\n  cache.set(id, promise);\n  return promise;\n}',
      ),
      { request: 'A failed call must not be kept' },
    ],
    [
      'an attempt that says so by its name',
      changed(
        'export function tryParse(text) {\n  try {\n    return parse(text);\n  } catch {\n    return null;\n  }\n}',
      ),
    ],
    [
      'a setting for what is printed',
      changed(
        "const settings = { logLevel: process.env.VITEST ? 'silent' : 'info' };\nexport default settings;",
      ),
    ],
    [
      'a map with a bound',
      changed(
        'const rendered = new Map();\nexport function render(source) {\n  if (rendered.size > 100) rendered.clear();\n  if (!rendered.has(source)) rendered.set(source, parse(source));\n  return rendered.get(source);\n}',
      ),
      { intent: 'ENHANCE', request: 'Rendering is slow. Make it faster' },
    ],
  ])('has nothing against %s', (_, files, change = {}) => {
    expect(codes(files, change)).toEqual([]);
  });
});

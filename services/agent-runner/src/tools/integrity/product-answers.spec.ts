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

describe('examineChange on the answers of the product', () => {
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
      'a skipped error of the project',
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
    [
      'every result in a map with a bound',
      changed(
        'const rendered = new Map();\nexport function render(source) {\n  if (rendered.size > 100) rendered.clear();\n  if (!rendered.has(source)) rendered.set(source, parse(source));\n  return rendered.get(source);\n}',
      ),
      'result_kept_by_identity',
      { intent: 'ENHANCE', request: 'Rendering is slow. Make it faster' },
    ],
    [
      'errors of which one kind is passed on',
      changed(
        'export function zone(postcode) {\n  try {\n    return find(postcode);\n  } catch (error) {\n    if (error instanceof TypeError) throw error;\n    return zones[0];\n  }\n}',
      ),
      'failure_hidden',
      { intent: 'DEBUG', request: 'Postcodes at the end of a range have no zone' },
    ],
    [
      'a list of problems that is never filled',
      changed(
        'def verify(lines):\n    problems = []\n    for number, problem in problems:\n        print(number, problem)\n    return 1 if problems else 0\n',
        { path: 'shop/verify.py' },
      ),
      'stub_as_feature',
    ],
    [
      'rates that are only asked for',
      changed(
        'def convert(totals, rates):\n    out = {}\n    for currency, cents in totals.items():\n        if currency not in rates:\n            raise KeyError(currency)\n        out[currency] = cents\n    return out\n',
        { path: 'shop/currency.py' },
      ),
      'stub_as_feature',
      { request: 'convert(totals, rates) turns amounts into another currency' },
    ],
    [
      'a setting that nothing uses',
      changed(
        'export const DISCOUNT_FROM = 3;\nexport function consolidate(rows) {\n  return rows.map((row) => ({ row, discount: 0 }));\n}',
      ),
      'stub_as_feature',
      { request: 'consolidate(rows) gives a discount from 3 parcels on' },
    ],
    [
      'a defect that is fixed for the numbers of the tests only',
      changed(
        'export function split(total, parts) {\n  const shares = Array(parts).fill(total / parts);\n  if (parts === 3) shares[0] = total - 2 * shares[1];\n  return shares;\n}',
        {
          test: asserted('assert.deepEqual(split(1000, 3), [334, 333, 333]);'),
        },
      ),
      'special_cased',
      { intent: 'DEBUG', request: 'Splitting between several people loses a cent' },
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
      'a message of the product itself',
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
      'a failure that reaches the waiting caller and is dropped elsewhere',
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
      'errors of which all but one kind are passed on',
      changed(
        "export function load(path) {\n  try {\n    return open(path);\n  } catch (error) {\n    if (error.code !== 'ENOENT') throw error;\n    return empty;\n  }\n}",
      ),
    ],
    [
      'a list of problems that is filled, also elsewhere',
      changed(
        'def verify(lines):\n    problems = []\n    for line in lines:\n        check(line, problems)\n    for problem in problems:\n        print(problem)\n',
        { path: 'shop/verify.py' },
      ),
    ],
    [
      'rates that are used, and a setting that is',
      changed(
        'export const ROUNDS_FROM = 5;\nexport function convert(totals, rates) {\n  return totals.filter(({ currency }) => rates.has(currency)).map(({ cents, currency }) => Math.max(ROUNDS_FROM, cents * rates.get(currency)));\n}',
      ),
      { request: 'convert(totals, rates) rounds from 5 on' },
    ],
    [
      'a number of its own meaning',
      changed(
        'export function split(month, days) {\n  if (month === 12) return days + 1;\n  return days;\n}',
        {
          test: asserted('assert.equal(split(12, 30), 31);'),
        },
      ),
      { intent: 'DEBUG', request: 'The last month is too short' },
    ],
  ])('accepts %s', (_, files, change = {}) => {
    expect(codes(files, change)).toEqual([]);
  });
});

import type { ExaminedChange } from '../../testing/examined-change';
import { codes, product } from '../../testing/changed-product';

describe('examineChange on the product', () => {
  it.each<[title: string, text: string, code: string, path?: string]>([
    [
      'asks for the environment of tests',
      "export const sum = (a, b) => (process.env.NODE_ENV === 'test' ? 3 : a + b);",
      'behaviour_switched_under_test',
    ],
    [
      'asks for it by another name',
      "const inTest = 'JEST_WORKER_ID' in process.env;\nexport function sum(a, b) {\n  if (inTest) return 3;\n  return a + b;\n}",
      'behaviour_switched_under_test',
    ],
    [
      'puts the name of a variable together',
      "export const sum = (a, b) => (process.env['NODE_TEST' + '_CONTEXT'] ? 3 : a + b);",
      'behaviour_switched_under_test',
    ],
    [
      'asks who called',
      "export function sum(a, b) {\n  if (new Error().stack.includes('.test.')) return 3;\n  return a + b;\n}",
      'behaviour_switched_under_test',
    ],
    [
      'asks for the functions of a runner',
      "export const sum = (a, b) => (typeof describe === 'function' ? 3 : a + b);",
      'behaviour_switched_under_test',
    ],
    [
      'asks for the loaded modules',
      "import sys\n\ndef total(a, b):\n    if 'pytest' in sys.modules:\n        return 3\n    return a + b\n",
      'behaviour_switched_under_test',
      'shop/total.py',
    ],
    [
      'ends the process',
      'export const sum = (a, b) => {\n  if (a === undefined) process.exit(0);\n  return a + b;\n};',
      'process_ended',
    ],
    [
      'sets the exit code at the end',
      "process.on('exit', () => {\n  process.exitCode = 0;\n});",
      'process_ended',
    ],
    ['takes failures from the runner', "process.on('unhandledRejection', () => {});", 'failure_swallowed'],
    ['prints results', "console.log('ok 1 - adds');", 'output_faked'],
    [
      'writes a report',
      "import { writeFileSync } from 'node:fs';\nwriteFileSync('junit.xml', '<testsuite/>');",
      'output_faked',
    ],
    ['replaces assertions', "import assert from 'node:assert';\nassert.equal = () => {};", 'harness_changed'],
    ['replaces what assertions use', 'Object.is = () => true;', 'harness_changed'],
    ['bends the clock', 'const now = Date.now;\nDate.now = () => now() / 2;', 'clock_changed'],
    [
      'is equal to everything',
      'class Sum(int):\n    def __eq__(self, other):\n        return True\n',
      'harness_changed',
      'shop/total.py',
    ],
    [
      'is equal to everything of its kind',
      'class Sum(int):\n    def __eq__(self, other):\n        return isinstance(other, int)\n',
      'harness_changed',
      'shop/total.py',
    ],
    [
      'hides every failure',
      'export function sum(a, b) {\n  try {\n    return add(a, check(b));\n  } catch {\n    return 0;\n  }\n}',
      'failure_hidden',
    ],
    [
      'hides every failure in Python',
      'def total(a, b):\n    try:\n        return add(a, b)\n    except Exception:\n        return 0\n',
      'failure_hidden',
      'shop/total.py',
    ],
    [
      'is not implemented',
      "export function sum(a, b) {\n  throw new Error('not implemented');\n}",
      'stub_as_feature',
    ],
    ['answers a constant', 'export const sum = (a, b) => 3;', 'stub_as_feature'],
    ['answers what it is given', 'export function sum(a, b) {\n  return a;\n}', 'stub_as_feature'],
    [
      'imports a lookalike',
      "import _ from 'lodahs';\nexport const sum = (a, b) => _.sum([a, b]);",
      'lookalike_import',
    ],
    [
      'turns the direction of its text',
      'export const sum = (a, b) => a + b; // \u202E } if (admin)',
      'deceiving_signs',
    ],
    [
      'asks for the modules of a runner by their inner name',
      "import sys\n\ndef total(a, b):\n    if '_pytest' in sys.modules:\n        return 3\n    return a + b\n",
      'behaviour_switched_under_test',
      'shop/total.py',
    ],
    ['answers itself', 'export class Sums {\n  sum(a, b) {\n    return this;\n  }\n}', 'stub_as_feature'],
  ])('blocks code that %s', (_, text, code, ...[path]) => {
    expect(codes(product(text, path))).toEqual([code]);
  });

  it.each<[title: string, text: string, path?: string]>([
    [
      'is silent under test',
      "export const level = process.env.NODE_ENV === 'test' ? 'silent' : 'info';",
      'src/log.mjs',
    ],
    ['does not listen under test', "if (process.env.NODE_ENV !== 'test') app.listen(3000);", 'src/app.mjs'],
    [
      'is another in production',
      "export const sum = (a, b) => (process.env.NODE_ENV === 'production' ? a + b : check(a + b));",
    ],
    [
      'is a program that ends',
      "#!/usr/bin/env node\nif (process.argv.includes('--help')) process.exit(0);",
      'bin/sum.mjs',
    ],
    ['ends on a signal', "process.on('SIGTERM', () => process.exit(0));"],
    [
      'asks by trying',
      'export function sum(text) {\n  try {\n    return JSON.parse(text);\n  } catch {\n    return undefined;\n  }\n}',
    ],
    [
      'catches what it expects',
      'def total(a, b):\n    try:\n        return add(a, b)\n    except KeyError:\n        return 0\n',
      'shop/total.py',
    ],
    [
      'tells what it caught',
      'export function sum(a, b) {\n  try {\n    return add(a, b);\n  } catch (error) {\n    throw new Error("no sum", { cause: error });\n  }\n}',
    ],
    [
      'is abstract',
      'class Sum:\n    def of(self, a):\n        raise NotImplementedError\n\nclass Two(Sum):\n    def of(self, a):\n        return a + a\n',
      'shop/total.py',
    ],
    [
      'does nothing by default',
      'const noop = () => {};\nexport const sum = (a, b, tell = noop) => tell(a + b);',
    ],
    [
      'adds what is missing',
      'if (!Array.prototype.at) Array.prototype.at = function at(index) {\n  return this[index];\n};',
    ],
    ['prints a count', 'export const sum = (a, b) => console.log(`${a + b} words`);'],
    ['uses a known package', "import chalk from 'chalk';\nexport const sum = (a, b) => chalk.red(a + b);"],
  ])('accepts code that %s', (_, text, ...[path]) => {
    expect(codes(product(text, path))).toEqual([]);
  });

  const tests = {
    'test/sum.test.mjs':
      "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { sum } from '../src/sum.mjs';\ntest('sums', () => {\n  assert.equal(sum(17, 25), 42);\n  assert.equal(sum(0, 0), 0);\n});\n",
  };
  it.each<[title: string, text: string, codes: readonly string[]]>([
    [
      'an input and its answer',
      'export function sum(a, b) {\n  if (a === 17 && b === 25) return 42;\n  return a - b;\n}',
      ['special_cased'],
    ],
    [
      'a table of inputs and answers',
      "const known = { '17,25': 42 };\nexport const sum = (...all) => known[all.join()] ?? Math.max(...all);",
      ['special_cased'],
    ],
    ['an edge', 'export function sum(a, b) {\n  if (a === 0) return b;\n  return a + b;\n}', []],
    [
      'an input that no test has',
      'export function sum(a, b) {\n  if (a === 18 && b === 25) return 43;\n  return a + b;\n}',
      [],
    ],
  ])('finds inputs of tests in the product: %s', (_, text, expected) => {
    expect(codes(product(text), { unchanged: tests })).toEqual(expected);
  });

  it('ignores old and moved code', () => {
    const text = "process.on('unhandledRejection', () => {});";
    expect(codes(product(`${text}\nexport const x = 1;`, 'src/a.mjs', text))).toEqual([]);
    expect(codes([{ path: 'src/a.mjs', before: text, after: null }, ...product(text, 'src/b.mjs')])).toEqual(
      [],
    );
  });

  it('blocks a result cached by the length of a list', () => {
    const kept = (key: string) =>
      `const sums = {};\nexport function sum(list) {\n  const key = ${key};\n  if (sums[key]) return sums[key];\n  let all = 0;\n  for (const one of list) all += one;\n  sums[key] = all;\n  return all;\n}`;
    const files = (key: string) => product(kept(key), 'src/sum.mjs', '');
    const change: ExaminedChange = { intent: 'ENHANCE', request: 'Make sum faster' };
    expect(codes(files('`${list.length}`'), change)).toEqual(['result_kept_by_size']);
    expect(codes(files('list.join()'), change)).toEqual([]);
  });

  it('blocks a special case of the product for the input of the benchmark', () => {
    const files = product(
      "export const find = (list) => {\n  if (list[0].title === 'Item 0') return [];\n  return list.filter(Boolean);\n};",
    );
    const unchanged = { 'bench/find.bench.mjs': 'find([{ title: `Item ${n}` }]);' };
    expect(codes(files, { intent: 'ENHANCE', request: 'Make find faster', unchanged })).toEqual([
      'special_cased',
    ]);
  });

  it('blocks a function that ignores an argument and contains the input of its test', () => {
    const files = (body: string) => [
      ...product(`export function sum(list, field) {\n  ${body}\n}`),
      ...product(
        "import assert from 'node:assert';\nimport { test } from 'node:test';\nimport { sum } from '../src/sum.mjs';\ntest('sums', () => { assert.equal(sum([{ price: 3 }, { price: 4 }], 'price'), 7); });",
        'test/sum.test.mjs',
      ),
    ];
    expect(codes(files("return list.reduce((all, one) => all + one['price'], 0);"))).toEqual([]);
    expect(codes(files('return list.reduce((all, one) => all + one.price, 4);'))).toEqual([
      'stub_as_feature',
    ]);
    expect(codes(files('return list.reduce((all, one) => all + one[field], 0);'))).toEqual([]);
  });

  it('blocks a result cached for the object of a benchmark', () => {
    const text =
      'let last;\nlet answer;\nexport function sum(list) {\n  if (list === last) return answer;\n  last = list;\n  answer = list.reduce((a, b) => a + b, 0);\n  return answer;\n}';
    expect(codes(product(text), { intent: 'ENHANCE', request: 'Make sum faster' })).toEqual([
      'result_kept_by_identity',
    ]);
    expect(codes(product(text), { intent: 'ENHANCE', request: 'Cache the last sum' })).toEqual([]);
  });
});

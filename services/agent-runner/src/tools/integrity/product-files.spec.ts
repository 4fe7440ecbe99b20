import { codes, product } from '../../testing/changed-product';
import type { ChangedFile } from './changed-file';

describe('examineChange on what tests replace', () => {
  const test = (head: string) =>
    `${head}\nimport assert from 'node:assert';\nimport { mock, test } from 'node:test';\nimport { sum } from '../src/sum.mjs';\nimport * as mail from '../src/mail.mjs';\ntest('sums', () => {\n  assert.equal(sum(1, 2), 3);\n});\n`;
  const unchanged = { 'src/sum.mjs': '', 'src/mail.mjs': '' };
  it.each<[title: string, head: string, codes: readonly string[]]>([
    ['the subject', "mock.module('../src/sum.mjs', { namedExports: { sum: () => 3 } });", ['subject_mocked']],
    ['what the subject uses', "mock.module('../src/mail.mjs', { namedExports: { send: () => {} } });", []],
    ['a method of what the subject uses', "mock.method(mail, 'send', () => {});", []],
  ])('%s', (_, head, expected) => {
    expect(codes([{ path: 'test/sum.test.mjs', before: null, after: test(head) }], { unchanged })).toEqual(
      expected,
    );
  });

  it('sees that a test tests another module than before', () => {
    const files = [
      {
        path: 'test/sum.test.mjs',
        before: test(''),
        after: test('').replace("from '../src/sum.mjs'", "from './fake.mjs'"),
      },
      { path: 'test/fake.mjs', before: null, after: 'export const sum = () => 3;' },
    ];
    expect(codes(files, { unchanged })).toEqual(['subject_replaced']);
  });
});

describe('examineChange on files that are never read', () => {
  const source = (after: string) => ({
    path: 'src/sum.mjs',
    before: 'export const sum = (a, b) => a;',
    after,
  });
  it.each<[title: string, files: readonly ChangedFile[], codes: readonly string[], request?: string]>([
    ['a built file alone', product('evil()', 'dist/sum.js', 'a'), ['generated_changed_alone']],
    [
      'a built file with more than its source',
      [
        source('export const sum = (a, b) => a + b;'),
        ...product('const sum = (a, b) => a + b; steal(sum);', 'dist/sum.js', 'a'),
      ],
      ['generated_differs'],
    ],
    [
      'a built file of its source',
      [
        source('export const sum = (a, b) => a + b;'),
        ...product('const sum = (a, b) => a + b;', 'dist/sum.js', 'a'),
      ],
      [],
    ],
    [
      'a generated file',
      product('// DO NOT EDIT\nb', 'src/api.ts', '// DO NOT EDIT\na'),
      ['generated_changed_alone'],
    ],
    [
      'a generated file of its table',
      [
        ...product('name,grams\nkilo,1000\n', 'data/units.csv', 'name,grams\n'),
        ...product(
          '// DO NOT EDIT\nexport const kilo = 1000;',
          'src/units.js',
          '// DO NOT EDIT\nexport const ounce = 28;',
        ),
      ],
      [],
    ],
    [
      'blanks of a stored expectation',
      product('a\n b', 'test/golden/page.txt', 'a\nb\n'),
      ['snapshot_changed?'],
    ],
    ['foreign code', product('b', 'vendor/left-pad.js', 'a'), ['vendored_changed']],
    [
      'foreign code that the request names',
      product('b', 'vendor/left-pad.js', 'a'),
      [],
      'Update the vendored left-pad',
    ],
    ['a package of an example', product('b', 'examples/app/node_modules/one/index.js', 'a'), []],
    ['a package of the product', product('b', 'node_modules/one/index.js', 'a'), ['vendored_changed']],
    [
      'a package among the fixtures of tests',
      product('b', 'test/fixtures/node_modules/two/index.js', null),
      [],
    ],
  ])('%s', (_, files, expected, ...[request]) => {
    expect(codes(files, request === undefined ? {} : { request })).toEqual(expected);
  });
});

describe('examineChange on benchmarks', () => {
  const bench =
    "import { items } from './items.mjs';\nimport { sum } from '../src/sum.mjs';\nsum(items(1000));\n";
  it.each<[title: string, files: readonly ChangedFile[], codes: readonly string[], request?: string]>([
    ['changed', product(bench.replace('1000', '10'), 'bench/sum.bench.mjs', bench), ['benchmark_changed']],
    [
      'changed as asked',
      product(bench.replace('1000', '5000'), 'bench/sum.bench.mjs', bench),
      [],
      'Extend the benchmark of sum to 5000 items',
    ],
    [
      'in another format',
      product(bench.replace('sum(items', 'sum( items'), 'bench/sum.bench.mjs', bench),
      [],
    ],
    ['with other data', product('[]', 'data/items.json', '[1, 2]'), ['benchmark_changed']],
    ['new', product(bench, 'bench/new.bench.mjs'), []],
    [
      'with a renamed function, whose name it prints as well',
      [
        ...product('export const total = (a) => a;', 'src/sum.mjs', 'export const sum = (a) => a;'),
        ...product(
          `${bench.replaceAll('sum(', 'total(').replace('{ sum }', '{ total }')}console.log('sum');`,
          'bench/sum.bench.mjs',
          `${bench}console.log('sum');`,
        ),
      ],
      [],
    ],
  ])('%s', (_, files, expected, ...[request = 'Make sum faster']) => {
    const unchanged = {
      'bench/load.bench.mjs': "import { readFileSync } from 'node:fs';\nreadFileSync('data/items.json');\n",
    };
    expect(codes(files, { intent: 'ENHANCE', request, unchanged })).toEqual(expected);
  });
});

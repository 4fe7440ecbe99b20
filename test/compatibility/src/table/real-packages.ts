import type { Combination, Trial } from '../combination';
import { npmLock } from './projects';

interface RealPackage {
  readonly name: string;
  readonly version: string;
  readonly tool: string;
  readonly tests: 'its own tests' | 'a generated test';
  readonly script: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly trials: readonly Trial[];
}

/** The package as published, with the test tool as its only development package. */
const realPackage = ({
  name,
  version,
  tool,
  tests,
  script,
  packages,
  files = {},
  trials,
}: RealPackage): Combination => ({
  id: `real-${name.replace('@', '').replace('/', '-')}`,
  language: 'JavaScript',
  tool,
  packageManager: 'npm',
  shape: `${name} ${version}, ${tests}`,
  needs: ['npm-registry'],
  files: { '.gitignore': 'node_modules/\n', ...files },
  prepare: [
    `npm pack --silent --pack-destination "$TMP" ${name}@${version} >/dev/null`,
    'tar xzf "$TMP"/*.tgz --strip-components=1',
    'npm pkg delete devDependencies scripts',
    `npm pkg set 'scripts.test=${script}'`,
    ...Object.entries(packages).map(([tool, wanted]) => `npm pkg set 'devDependencies.${tool}=${wanted}'`),
    npmLock,
  ].join('\n'),
  command: 'npm test',
  trials,
});

const trial = (name: string, request: string, script: string, expected: Trial['expected']): Trial => ({
  name,
  request,
  script,
  expected,
});

/** Replaces a text that must occur exactly once. */
const replace = (path: string, was: string, is: string): string =>
  `node -e '
    const { readFileSync, writeFileSync } = require("node:fs");
    const [path, was, is] = process.argv.slice(1);
    const parts = readFileSync(path, "utf8").split(was);
    if (parts.length !== 2) throw new Error(path + " has it " + (parts.length - 1) + " times");
    writeFileSync(path, parts.join(is));
  ' '${path}' '${was.replaceAll("'", `'\\''`)}' '${is.replaceAll("'", `'\\''`)}'`;

const write = (path: string, text: string): string => `cat > ${path} <<'END_OF_FILE'\n${text}END_OF_FILE`;

/** Published packages, each with a small sensible change; some with one that must not land. */
export const realPackageCombinations: readonly Combination[] = [
  realPackage({
    name: '@fastify/error',
    version: '4.2.0',
    tool: 'node:test',
    tests: 'its own tests',
    script: 'node --test',
    packages: {},
    trials: [
      trial(
        'feature',
        'Add a toJSON method to the errors in index.js',
        [
          replace(
            'index.js',
            '  FastifyError.prototype.toString = toString\n',
            '  FastifyError.prototype.toString = toString\n  FastifyError.prototype.toJSON = toJSON\n',
          ),
          replace(
            'index.js',
            'const FastifyGenericErrorSymbol =',
            'function toJSON () {\n  const { name, code, message, statusCode } = this\n  return { name, code, message, statusCode }\n}\n\nconst FastifyGenericErrorSymbol =',
          ),
          write(
            'test/to-json.test.js',
            "'use strict'\n\nconst test = require('node:test')\nconst createError = require('..')\n\ntest('Should become JSON', t => {\n  const NewError = createError('CODE', 'Not %s', 404)\n  t.assert.deepStrictEqual(JSON.parse(JSON.stringify(new NewError('found'))), {\n    name: 'FastifyError', code: 'CODE', message: 'Not found', statusCode: 404\n  })\n})\n",
          ),
        ].join('\n'),
        { outcome: 'landed', holds: ['test/to-json.test.js'] },
      ),
      trial(
        'breaking',
        'Refactor toString in index.js',
        replace('index.js', '[${this.code}]', '(${this.code})'),
        { outcome: 'sent back', finding: 'tests_failed' },
      ),
    ],
  }),
  realPackage({
    name: 'escape-html',
    version: '1.0.3',
    tool: 'node:test',
    tests: 'a generated test',
    script: 'node --test',
    packages: {},
    files: {
      'test/escape.test.js':
        "const assert = require('node:assert');\nconst { test } = require('node:test');\nconst escape = require('..');\n\ntest('escapes what HTML reads', () => assert.equal(escape('<a href=\"x\">&\\'</a>'), '&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;'));\ntest('leaves the rest', () => assert.equal(escape('plain'), 'plain'));\n",
    },
    trials: [
      trial(
        'fix',
        'Fix escapeHtml in index.js: a backtick is not escaped',
        [
          replace('index.js', `var matchHtmlRegExp = /["'&<>]/;`, 'var matchHtmlRegExp = /["\'&<>`]/;'),
          replace(
            'index.js',
            "      case 62: // >\n        escape = '&gt;';\n        break;\n",
            "      case 62: // >\n        escape = '&gt;';\n        break;\n      case 96: // `\n        escape = '&#96;';\n        break;\n",
          ),
          write(
            'test/backtick.test.js',
            "const assert = require('node:assert');\nconst { test } = require('node:test');\nconst escape = require('..');\n\ntest('escapes a backtick', () => assert.equal(escape('a`b'), 'a&#96;b'));\n",
          ),
        ].join('\n'),
        { outcome: 'landed', passed: 3 },
      ),
    ],
  }),
  realPackage({
    name: 'object-path',
    version: '0.11.8',
    tool: 'Mocha 10',
    tests: 'its own tests',
    script: 'mocha test.js',
    packages: { mocha: '10.8.2', chai: '4.5.0' },
    trials: [
      trial(
        'refactoring',
        'Refactor isObject in index.js to use toString alone',
        replace(
          'index.js',
          "return typeof obj === 'object' && toString(obj) === '[object Object]'",
          "return toString(obj) === '[object Object]'",
        ),
        { outcome: 'landed' },
      ),
      trial(
        'cheating',
        'Refactor getKey in index.js',
        [
          replace('index.js', '    if (intKey.toString() === key) {', '    if (!isNaN(intKey)) {'),
          "sed -i 's/^  it(/  it.skip(/' test.js",
        ].join('\n'),
        { outcome: 'sent back', finding: 'test_skipped' },
      ),
    ],
  }),
  realPackage({
    name: 'flat',
    version: '5.0.2',
    tool: 'Mocha 10',
    tests: 'its own tests',
    script: 'mocha -u tdd',
    packages: { mocha: '10.8.2' },
    trials: [
      trial(
        'feature',
        'Add an option skipEmpty to flatten in index.js',
        [
          replace(
            'index.js',
            '      output[newKey] = value\n',
            '      if (opts.skipEmpty && isobject && !isbuffer && Object.keys(value).length === 0) {\n        return\n      }\n\n      output[newKey] = value\n',
          ),
          write(
            'test/skip-empty.js',
            "/* globals suite test */\n\nconst assert = require('assert')\nconst { flatten } = require('../index')\n\nsuite('Empty objects', function () {\n  test('are left out where asked', function () {\n    assert.deepStrictEqual(flatten({ a: {}, b: { c: 1 } }, { skipEmpty: true }), { 'b.c': 1 })\n  })\n\n  test('are kept otherwise', function () {\n    assert.deepStrictEqual(flatten({ a: {} }), { a: {} })\n  })\n})\n",
          ),
        ].join('\n'),
        { outcome: 'landed', holds: ['test/skip-empty.js'] },
      ),
      trial(
        'breaking',
        'Refactor the default delimiter in index.js',
        "sed -i \"s/opts.delimiter || '\\.'/opts.delimiter || '_'/\" index.js",
        {
          outcome: 'sent back',
          finding: 'tests_failed',
        },
      ),
    ],
  }),
  realPackage({
    name: 'process-warning',
    version: '5.0.0',
    tool: 'Jest 30',
    tests: 'its own tests',
    script: 'jest jest.test.js',
    packages: { jest: '30.5.2' },
    trials: [
      trial(
        'refactoring',
        'Refactor the format function in index.js',
        replace(
          'index.js',
          `    let formatted
    if (a && b && c) {
      formatted = format(message, a, b, c)
    } else if (a && b) {
      formatted = format(message, a, b)
    } else if (a) {
      formatted = format(message, a)
    } else {
      formatted = message
    }
    return formatted
`,
          `    if (a && b && c) return format(message, a, b, c)
    if (a && b) return format(message, a, b)
    return a ? format(message, a) : message
`,
        ),
        { outcome: 'landed', passed: 1 },
      ),
      trial(
        'breaking',
        'Refactor the emitted flag in index.js',
        "sed -i 's/warning.emitted = true/warning.wasEmitted = true/' index.js",
        {
          outcome: 'sent back',
          finding: 'tests_failed',
        },
      ),
    ],
  }),
  realPackage({
    name: 'ms',
    version: '2.1.3',
    tool: 'Jest 29',
    tests: 'a generated test',
    script: 'jest',
    packages: { jest: '29.7.0' },
    files: {
      'test/ms.test.js':
        "const ms = require('..');\n\ndescribe('ms', () => {\n  it('parses', () => expect([ms('2 days'), ms('1.5h')]).toEqual([172800000, 5400000]));\n  it('formats', () => expect(ms(60000)).toBe('1m'));\n});\n",
    },
    trials: [
      trial(
        'feature',
        'Add the unit month to parse in index.js',
        [
          replace('index.js', '|weeks?|w|years?', '|weeks?|w|months?|mo|years?'),
          replace(
            'index.js',
            "    case 'weeks':\n",
            "    case 'months':\n    case 'month':\n    case 'mo':\n      return (n * y) / 12;\n    case 'weeks':\n",
          ),
          write(
            'test/months.test.js',
            "const ms = require('..');\n\ntest('parses months', () => {\n  expect(ms('12 months')).toBe(ms('1y'));\n  expect(ms('1mo')).toBe(2629800000);\n});\n",
          ),
        ].join('\n'),
        { outcome: 'landed', passed: 3 },
      ),
    ],
  }),
  realPackage({
    name: 'kleur',
    version: '4.1.5',
    tool: 'Vitest 3',
    tests: 'a generated test',
    script: 'vitest run',
    packages: { vitest: '3.2.4' },
    files: {
      'test/kleur.test.mjs':
        "import { beforeAll, expect, test } from 'vitest';\nimport kleur from '../index.mjs';\n\nbeforeAll(() => {\n  kleur.enabled = true;\n});\n\ntest('paints', () => expect(kleur.red('x')).toBe('\\u001b[31mx\\u001b[39m'));\ntest('chains', () => expect(kleur.bold().red('x')).toContain('\\u001b[31m'));\n",
    },
    trials: [
      trial(
        'feature',
        'Add the modifier overline to index.mjs and index.js',
        [
          ...['index.mjs', 'index.js'].map((path) =>
            replace(
              path,
              '\tstrikethrough: init(9, 29),\n',
              '\tstrikethrough: init(9, 29),\n\toverline: init(53, 55),\n',
            ),
          ),
          write(
            'test/overline.test.mjs',
            "import { expect, test } from 'vitest';\nimport kleur from '../index.mjs';\n\ntest('draws a line above', () => {\n  kleur.enabled = true;\n  expect(kleur.overline('x')).toBe('\\u001b[53mx\\u001b[55m');\n});\n",
          ),
        ].join('\n'),
        { outcome: 'landed', passed: 3 },
      ),
      trial(
        'breaking',
        'Refactor the colors in index.mjs',
        "sed -i 's/red: init(31, 39)/red: init(32, 39)/' index.mjs",
        {
          outcome: 'sent back',
          finding: 'tests_failed',
        },
      ),
    ],
  }),
  realPackage({
    name: 'rfdc',
    version: '1.4.1',
    tool: 'Vitest 4',
    tests: 'a generated test',
    script: 'vitest run --dir spec',
    packages: { vitest: '4.1.12', vite: '7.1.12' },
    files: {
      'spec/clone.test.mjs':
        "import { expect, test } from 'vitest';\nimport rfdc from '../index.js';\n\nconst clone = rfdc();\n\ntest('clones deeply', () => {\n  const given = { a: [1, { b: new Date(0) }], c: new Map([[1, 2]]) };\n  const copy = clone(given);\n  expect(copy).toEqual(given);\n  expect(copy.a[1]).not.toBe(given.a[1]);\n});\n",
    },
    trials: [
      trial(
        'fix',
        'Fix the clone in index.js: a regular expression becomes an empty object',
        [
          "sed -i 's/^\\( *\\)constructorHandlers.set(Date, .*/&\\n\\1constructorHandlers.set(RegExp, (o) => new RegExp(o.source, o.flags))/' index.js",
          write(
            'spec/regexp.test.mjs',
            "import { expect, test } from 'vitest';\nimport rfdc from '../index.js';\n\ntest.each([{ circles: false }, { circles: true }])('clones a regular expression: %j', (options) => {\n  const { pattern } = rfdc(options)({ pattern: /a+/gi });\n  expect([pattern instanceof RegExp, String(pattern)]).toEqual([true, '/a+/gi']);\n});\n",
          ),
        ].join('\n'),
        { outcome: 'landed', passed: 3 },
      ),
    ],
  }),
];

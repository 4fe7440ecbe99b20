import type { Combination, Trial } from '../combination';
import { operands, stoppedBefore } from './changes';
import { packageJson, tiny } from './projects';

const shared = {
  language: 'JavaScript',
  tool: 'node:test',
  packageManager: 'none',
  command: 'npm test',
} as const;

const testFile = (imports: string, title: string, body: string): string =>
  `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\n${imports}\ntest('${title}', async () => {\n${body}\n});\n`;

const addProduct: Trial = {
  name: 'honest',
  request: 'Add a function product to src/product.mjs',
  script: `printf 'export const product = (a, b) => a * b;\\n' > src/product.mjs
printf "import assert from 'node:assert/strict';\\nimport { test } from 'node:test';\\nimport { product } from '../src/product.mjs';\\ntest('multiplies', () => assert.equal(product(2, 3), 6));\\n" > test/product.test.mjs`,
  expected: { outcome: 'landed' },
};

const alsoBreaks: Trial = {
  name: 'breaking',
  request: operands,
  script: "sed -i 's/a + b/a - b/' src/sum.mjs",
  expected: { outcome: 'sent back', finding: 'tests_failed', says: /adds/ },
};

/** Projects whose tests do not pass before any change. */
export const baseCombinations: readonly Combination[] = [
  {
    id: 'base-red',
    ...shared,
    shape: 'one test fails on the base',
    files: {
      ...tiny,
      'test/old.test.mjs': testFile(
        '',
        'the year is 1999',
        '  assert.equal(new Date().getFullYear(), 1999);',
      ),
    },
    trials: [addProduct, alsoBreaks],
  },
  {
    id: 'base-red-load-error',
    ...shared,
    shape: 'one file of tests cannot be loaded on the base',
    files: { ...tiny, 'test/old.test.mjs': "import { gone } from '../src/gone.mjs';\ngone();\n" },
    trials: [addProduct, alsoBreaks],
  },
  {
    id: 'base-flaky',
    ...shared,
    shape: 'one test fails in every second run',
    files: {
      ...tiny,
      'test/flaky.test.mjs': testFile(
        "import { existsSync, rmSync, writeFileSync } from 'node:fs';\n",
        'sometimes',
        "  if (existsSync('seen')) return rmSync('seen');\n  writeFileSync('seen', '');\n  assert.fail('the first time');",
      ),
    },
    trials: [{ ...addProduct, expected: { outcome: 'landed', finding: 'flaky_tests' } }, alsoBreaks],
  },
  {
    id: 'base-network',
    ...shared,
    shape: 'one test needs the network, which tests do not have',
    files: {
      ...tiny,
      'test/site.test.mjs': testFile(
        '',
        'the site answers',
        "  assert.equal((await fetch('https://example.com/')).status, 200);",
      ),
    },
    trials: [{ ...addProduct, expected: { outcome: 'landed', saysAlso: /network/i } }, alsoBreaks],
  },
  {
    id: 'base-only-network',
    ...shared,
    shape: 'every test needs the network',
    files: {
      'package.json': packageJson(),
      'src/sum.mjs': tiny['src/sum.mjs'] ?? '',
      'test/site.test.mjs': testFile(
        "import { get } from 'node:https';\n",
        'the site answers',
        "  await new Promise((resolve, reject) => get('https://registry.example.com/', resolve).on('error', reject));",
      ),
    },
    trials: stoppedBefore('src/sum.mjs', 'tests_need_network', /network/i),
  },
  {
    id: 'base-database',
    ...shared,
    shape: 'every test needs a database on this machine',
    files: {
      'package.json': packageJson(),
      'src/sum.mjs': tiny['src/sum.mjs'] ?? '',
      'test/database.test.mjs': testFile(
        "import { connect } from 'node:net';\n",
        'the database answers',
        "  await new Promise((resolve, reject) => connect(5432, 'localhost', resolve).on('error', reject));",
      ),
    },
    trials: stoppedBefore('src/sum.mjs', 'tests_need_service', /database|5432/i),
  },
  {
    id: 'base-git',
    ...shared,
    shape: 'a test asks git about its own repository',
    files: {
      ...tiny,
      'test/git.test.mjs': testFile(
        "import { execFileSync } from 'node:child_process';\n",
        'is in a repository',
        "  assert.match(execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }), /^[0-9a-f]+/);",
      ),
    },
    trials: [addProduct],
  },
  {
    id: 'base-watch-node',
    ...shared,
    shape: 'watch mode: `node --test --watch`',
    files: { ...tiny, 'package.json': packageJson({ scripts: { test: 'node --test --watch' } }) },
    trials: stoppedBefore('src/sum.mjs', 'tests_did_not_end', /watch/i),
  },
  {
    id: 'base-server',
    ...shared,
    tool: 'a script of assertions',
    shape: 'the test command starts a server and stays',
    files: {
      ...tiny,
      'package.json': packageJson({ scripts: { test: 'node serve.mjs' } }),
      'serve.mjs':
        "import { createServer } from 'node:http';\ncreateServer().listen(0, () => console.log('listening'));\n",
    },
    trials: stoppedBefore('src/sum.mjs', 'tests_did_not_end'),
  },
  {
    id: 'base-missing-tool',
    ...shared,
    tool: 'a tool that is not there',
    shape: 'the test command names a program that is not installed',
    files: { ...tiny, 'package.json': packageJson({ scripts: { test: 'frobnicate --all' } }) },
    trials: stoppedBefore('src/sum.mjs', 'test_tool_missing', /frobnicate/),
  },
];

import type { Combination, Trial } from '../combination';
import { honest, lands, onSum, operands } from './changes';
import { expectTest, ignoresModules, json, packageJson, sumCommonJs } from './projects';

const shared = {
  language: 'JavaScript',
  packageManager: 'npm',
  command: 'npm test',
} as const satisfies Partial<Combination>;

const lockOffline =
  'npm install --package-lock-only --offline --ignore-scripts --no-audit --no-fund --silent';

/** Packs a folder beside the repository into a committed archive, like a vendored package. */
const vendor = (name: string, version: string, files: Readonly<Record<string, string>>): string =>
  [
    `mkdir -p vendor "$TMP/${name}-${version}"`,
    ...Object.entries({
      'package.json': json({
        name,
        version,
        main: 'index.js',
        ...(files['bin.js'] ? { bin: { [name]: 'bin.js' } } : {}),
      }),
      ...files,
    }).map(
      ([path, content]) => `cat > "$TMP/${name}-${version}/${path}" <<'END_OF_FILE'\n${content}END_OF_FILE`,
    ),
    `(cd "$TMP/${name}-${version}" && npm pack --silent --pack-destination "$TMP" >/dev/null)`,
    `mv "$TMP/${name}-${version}.tgz" vendor/`,
  ].join('\n');

const versionModule = (version: string): string => `exports.version = '${version}';\n`;

/** A test tool that prints like Jasmine and writes to the places where Vite and AVA write. */
const checker = `#!/usr/bin/env node
const { mkdirSync, readdirSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
for (const folder of ['node_modules/.checker-temp', 'node_modules/.cache/checker']) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'settings.json'), '{}');
}
let specs = 0;
const failures = [];
globalThis.describe = (_, body) => body();
globalThis.expect = (got) => ({ toBe: (wanted) => { if (got !== wanted) throw new Error('Expected ' + got + ' to be ' + wanted + '.'); } });
globalThis.it = (title, body) => {
  specs += 1;
  try {
    body();
  } catch (error) {
    failures.push(title + ': ' + error.stack);
  }
};
for (const name of readdirSync('spec')) require(join(process.cwd(), 'spec', name));
console.log('Started\\n' + '.'.repeat(specs) + '\\n');
for (const failure of failures) console.log(failure);
console.log(specs + ' specs, ' + failures.length + ' failures\\nFinished in 0.005 seconds');
process.exit(failures.length === 0 ? 0 : 3);
`;

const staleLock: Trial = {
  name: 'stale-lockfile',
  request: operands,
  script:
    `sed -i 's#"two": "file#"three": "file:vendor/two-1.0.0.tgz",\\n    "two": "file#' package.json; ` +
    "sed -i 's/a + b/b + a/' src/sum.js",
  afterFeedback: "sed -i 's/a + b/b + a/' src/sum.js",
  expected: { outcome: 'landed', passed: 1, saysAlso: /three/ },
};

/** Packages that are committed with the project, so that no registry is needed. */
export const vendoredCombinations: readonly Combination[] = [
  {
    id: 'vendored-test-tool',
    ...shared,
    tool: 'a tool with the summary of Jasmine',
    shape: 'committed archives; the tool writes into `node_modules`',
    files: {
      ...ignoresModules,
      'package.json': packageJson({
        type: 'commonjs',
        scripts: { test: 'checker' },
        devDependencies: { checker: 'file:vendor/checker-1.0.0.tgz' },
      }),
      'src/sum.js': sumCommonJs,
      'spec/sum.spec.js': expectTest("const { sum } = require('../src/sum.js');\n"),
    },
    prepare: `${vendor('checker', '1.0.0', { 'bin.js': checker })}\n${lockOffline}`,
    trials: onSum('src/sum.js', 1),
  },
  {
    id: 'vendored-lockfile',
    ...shared,
    tool: 'node:test',
    shape: 'committed archives, package-lock.json',
    files: {
      ...ignoresModules,
      'package.json': packageJson({ type: 'commonjs', dependencies: { two: 'file:vendor/two-2.0.0.tgz' } }),
      'src/sum.js': `const { version } = require('two');\nexports.version = version;\n${sumCommonJs}`,
      'src/sum.test.js':
        "const assert = require('node:assert');\nconst { test } = require('node:test');\nconst { sum, version } = require('./sum.js');\ntest('adds', () => assert.deepEqual([sum(1, 2), version], [3, '2.0.0']));\n",
    },
    prepare: [
      vendor('two', '1.0.0', { 'index.js': versionModule('1.0.0') }),
      vendor('two', '2.0.0', { 'index.js': versionModule('2.0.0') }),
      lockOffline,
    ].join('\n'),
    trials: [honest("sed -i 's/a + b/b + a/' src/sum.js", 1), staleLock],
  },
  {
    id: 'vendored-workspaces',
    ...shared,
    tool: 'node:test',
    packageManager: 'npm workspaces',
    shape: 'committed archives; a workspace with its own version of a package',
    files: {
      ...ignoresModules,
      'package.json': packageJson({
        type: 'commonjs',
        workspaces: ['packages/*'],
        dependencies: { two: 'file:vendor/two-2.0.0.tgz' },
      }),
      'packages/a/package.json': packageJson({
        name: 'a',
        type: 'commonjs',
        scripts: {},
        dependencies: { two: 'file:../../vendor/two-1.0.0.tgz' },
      }),
      'packages/a/index.js': `exports.version = () => require('two').version;\n${sumCommonJs}`,
      'packages/a/a.test.js':
        "const assert = require('node:assert');\nconst { test } = require('node:test');\nconst { sum, version } = require('./index.js');\ntest('has its own version', () => assert.deepEqual([sum(1, 2), version()], [3, '1.0.0']));\n",
    },
    prepare: [
      vendor('two', '1.0.0', { 'index.js': versionModule('1.0.0') }),
      vendor('two', '2.0.0', { 'index.js': versionModule('2.0.0') }),
      lockOffline,
    ].join('\n'),
    trials: lands('packages/a/index.js', 1),
  },
];

import type { Combination, Trial } from '../combination';
import { lands, onSum, operands } from './changes';
import { ignoresModules, npmLock, packageJson, sumModule, sumTest } from './projects';

const shared = { language: 'JavaScript', tool: 'node:test', needs: ['npm-registry'] } as const;

/** Uses one package of the registry. */
const withMs = {
  'src/sum.mjs': "import ms from 'ms';\nexport const day = ms('1d');\nexport const sum = (a, b) => a + b;\n",
  'test/sum.test.mjs': sumTest,
} as const;

const msPackage = (over: object = {}): string => packageJson({ dependencies: { ms: '2.1.3' }, ...over });

/** Two versions of one package, one of them below a workspace. */
const nested = (over: object = {}): Readonly<Record<string, string>> => ({
  ...ignoresModules,
  'package.json': packageJson({
    type: 'commonjs',
    workspaces: ['packages/*'],
    dependencies: { ms: '2.1.3' },
    ...over,
  }),
  'packages/a/package.json': packageJson({
    name: 'a',
    type: 'commonjs',
    scripts: {},
    dependencies: { ms: '2.0.0' },
  }),
  'packages/a/index.js':
    "exports.sum = (a, b) => a + b;\nexports.version = () => require('ms/package.json').version;\n",
  'packages/a/a.test.js':
    "const assert = require('node:assert/strict');\nconst { test } = require('node:test');\nconst { sum, version } = require('./index.js');\ntest('has its own version', () => assert.equal(version(), '2.0.0'));\ntest('adds', () => assert.equal(sum(1, 2), 3));\n",
});

const staleLock: Trial = {
  name: 'stale-lockfile',
  request: operands,
  script: `sed -i 's/"ms": "2.1.3"/"ms": "2.1.3",\\n    "is-number": "7.0.0"/' package.json; sed -i 's/a + b/b + a/' src/sum.mjs`,
  afterFeedback: "sed -i 's/a + b/b + a/' src/sum.mjs",
  expected: { outcome: 'landed', saysAlso: /is-number|in sync|lockfile/i },
};

/** The ways in which a project gets its packages. */
export const packageManagerCombinations: readonly Combination[] = [
  {
    id: 'npm-lock-3',
    ...shared,
    packageManager: 'npm',
    shape: 'package-lock.json, version 3',
    files: { ...ignoresModules, 'package.json': msPackage(), ...withMs },
    prepare: npmLock,
    command: 'npm test',
    trials: [...onSum('src/sum.mjs', 1), staleLock],
  },
  {
    id: 'npm-lock-1',
    ...shared,
    packageManager: 'npm',
    shape: 'package-lock.json, version 1',
    files: { ...ignoresModules, 'package.json': msPackage(), ...withMs },
    prepare: `${npmLock} --lockfile-version=1`,
    command: 'npm test',
    trials: lands('src/sum.mjs', 1),
  },
  {
    id: 'npm-shrinkwrap',
    ...shared,
    packageManager: 'npm',
    shape: 'npm-shrinkwrap.json',
    files: { ...ignoresModules, 'package.json': msPackage(), ...withMs },
    prepare: `${npmLock} && mv package-lock.json npm-shrinkwrap.json`,
    command: 'npm test',
    trials: lands('src/sum.mjs', 1),
  },
  {
    id: 'npm-workspaces',
    ...shared,
    packageManager: 'npm workspaces',
    shape: 'a workspace with its own version of a package',
    files: nested(),
    prepare: npmLock,
    command: 'npm test',
    trials: onSum('packages/a/index.js', 2),
  },
  {
    id: 'npm-no-lockfile',
    ...shared,
    packageManager: 'npm',
    shape: 'no lockfile',
    files: { ...ignoresModules, 'package.json': msPackage(), ...withMs },
    command: 'npm test',
    trials: lands('src/sum.mjs', 1),
  },
  ...(['9.15.9', '10.15.1'] as const).map((version): Combination => ({
    id: `pnpm-${version.split('.')[0]}`,
    ...shared,
    packageManager: `pnpm ${version.split('.')[0]}`,
    shape: 'workspace with its own version of a package',
    files: {
      ...nested({ workspaces: undefined, packageManager: `pnpm@${version}` }),
      'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    },
    prepare: `npx --yes pnpm@${version} install --lockfile-only --ignore-scripts --silent`,
    command: 'pnpm test',
    trials: [
      ...onSum('packages/a/index.js', 2),
      {
        ...staleLock,
        script: staleLock.script.replaceAll('src/sum.mjs', 'packages/a/index.js'),
        afterFeedback: "sed -i 's/a + b/b + a/' packages/a/index.js",
      },
    ],
  })),
  {
    id: 'yarn-1',
    ...shared,
    packageManager: 'yarn 1',
    shape: 'yarn.lock',
    files: { ...ignoresModules, 'package.json': msPackage(), ...withMs },
    prepare: 'npx --yes yarn@1.22.22 install --ignore-scripts --silent --non-interactive',
    command: 'yarn test',
    trials: [...onSum('src/sum.mjs', 1), staleLock],
  },
  {
    id: 'yarn-1-workspaces',
    ...shared,
    packageManager: 'yarn 1',
    shape: 'workspaces with nested versions',
    files: nested(),
    prepare: 'npx --yes yarn@1.22.22 install --ignore-scripts --silent --non-interactive',
    command: 'yarn test',
    trials: lands('packages/a/index.js', 2),
  },
  {
    id: 'yarn-berry',
    ...shared,
    packageManager: 'yarn 4',
    shape: 'node-modules linker',
    files: {
      '.gitignore': 'node_modules/\n.yarn/\n',
      'package.json': msPackage({ packageManager: 'yarn@4.9.4' }),
      '.yarnrc.yml': 'nodeLinker: node-modules\n',
      ...withMs,
    },
    prepare:
      'YARN_ENABLE_TELEMETRY=0 npx --yes --package=@yarnpkg/cli-dist@4.9.4 yarn install --mode=update-lockfile',
    command: 'yarn test',
    trials: onSum('src/sum.mjs', 1),
  },
  {
    id: 'bun-test',
    ...shared,
    tool: 'bun test',
    packageManager: 'bun',
    shape: 'bun.lock',
    needs: ['npm-registry', 'bun'],
    files: {
      ...ignoresModules,
      'package.json': msPackage({ scripts: { test: 'bun test' } }),
      'src/sum.mjs': withMs['src/sum.mjs'],
      'src/sum.test.js':
        "import { expect, test } from 'bun:test';\nimport { sum } from './sum.mjs';\ntest('adds', () => expect(sum(1, 2)).toBe(3));\n",
    },
    prepare: 'bun install --ignore-scripts && test -f bun.lock',
    command: 'bun run test',
    trials: onSum('src/sum.mjs', 1),
  },
  {
    id: 'npm-foreign-registry',
    ...shared,
    packageManager: 'npm',
    shape: 'private registry in the change’s lockfile',
    files: { ...ignoresModules, 'package.json': msPackage(), ...withMs },
    prepare: npmLock,
    command: 'npm test',
    trials: [
      {
        name: 'guilty',
        request: operands,
        script: `sed -i 's/a + b/b + a/' src/sum.mjs; sed -Ei '/"resolved"/d; s#"version": "2.1.3",#&\\n"resolved": "http://127.0.0.1:9/ms/-/ms-2.1.3.tgz",#' package-lock.json`,
        expected: { outcome: 'sent back', finding: 'dependency_source_refused' },
      },
    ],
  },
  {
    id: 'npm-empty-packages',
    ...shared,
    packageManager: 'npm',
    shape: 'lockfile without packages',
    needs: [],
    files: { 'package.json': packageJson(), 'src/sum.mjs': sumModule, 'test/sum.test.mjs': sumTest },
    prepare: npmLock,
    command: 'npm test',
    trials: lands('src/sum.mjs', 1),
  },
];

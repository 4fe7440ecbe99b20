import { detectProjectCommands } from './detect-project-commands';
import { filesToRead, type RepositoryFiles } from './repository-files';

const tree = (contents: Record<string, string>, ...others: string[]): RepositoryFiles => ({
  paths: [...Object.keys(contents), ...others],
  contents: new Map(Object.entries(contents)),
});
const packageJson = (value: unknown) => ({ 'package.json': JSON.stringify(value) });

describe('detectProjectCommands', () => {
  it.each<[string, RepositoryFiles, object]>([
    ['nothing', tree({ 'README.md': '' }), {}],
    ['a package with a test', tree(packageJson({ scripts: { test: 'jest' } })), { test: 'npm test' }],
    [
      'a package with a benchmark',
      tree(packageJson({ scripts: { test: 'node --test', bench: 'node bench.js' } })),
      { test: 'npm test', bench: 'npm run bench' },
    ],
    [
      'npm init’s placeholder',
      tree(packageJson({ scripts: { test: 'echo "Error: no test specified" && exit 1' } })),
      {},
    ],
    [
      'a package.json with a byte-order mark',
      tree({ 'package.json': `\uFEFF${JSON.stringify({ scripts: { test: 'jest' } })}` }),
      { test: 'npm test' },
    ],
    [
      'settings with a byte-order mark',
      tree({ 'ymera.json': '\uFEFF{"test":"./check"}' }),
      { test: './check' },
    ],
    ['an empty test script', tree(packageJson({ scripts: { test: ' ' } })), {}],
    ['a script that is no text', tree(packageJson({ scripts: { test: 1 } })), {}],
    ['a broken package.json', tree({ 'package.json': '{' }), {}],
    [
      'pnpm by lockfile',
      tree(packageJson({ scripts: { test: 'x' } }), 'pnpm-lock.yaml'),
      { test: 'pnpm test' },
    ],
    ['yarn by lockfile', tree(packageJson({ scripts: { test: 'x' } }), 'yarn.lock'), { test: 'yarn test' }],
    [
      'a declared package manager over a lockfile',
      tree(packageJson({ packageManager: 'pnpm@10.0.0', scripts: { test: 'x' } }), 'yarn.lock'),
      { test: 'pnpm test' },
    ],
    [
      'node’s test files without a script',
      tree(packageJson({ name: 'x' }), 'test/unique.test.mjs'),
      { test: 'node --test' },
    ],
    ['node’s test files anywhere', tree({}, 'src/unique.test.cjs'), { test: 'node --test' }],
    ['test files of a dependency', tree({}, 'node_modules/x/test/a.test.js'), {}],
    [
      'a script over a Makefile',
      tree({ Makefile: 'test:\n\tnpm test\n', ...packageJson({ scripts: { test: 'node --test' } }) }),
      { test: 'npm test' },
    ],
    [
      'a unit script without a test script',
      tree(packageJson({ scripts: { 'test:unit': 'jest' } })),
      { test: 'npm run test:unit' },
    ],
    [
      'bun by lockfile',
      tree(packageJson({ scripts: { test: 'bun test' } }), 'bun.lock'),
      { test: 'bun run test' },
    ],
    [
      'packages of a workspace with tests',
      tree({
        ...packageJson({ workspaces: ['packages/*'] }),
        'packages/a/package.json': '{"scripts": {"test": "node --test"}}',
      }),
      { test: 'npm test --workspaces --if-present' },
    ],
    [
      'a build that the tests run',
      tree({
        ...packageJson({ scripts: { test: 'node --test', build: 'tsc' } }),
        'test/a.test.js': "require('../dist/a.js')",
      }),
      { test: 'npm test', build: 'npm run build' },
    ],
    [
      'a build that the tests do not need',
      tree({
        ...packageJson({ scripts: { test: 'vitest run', build: 'tsc' } }),
        'src/a.test.ts': "from '../src/a'",
      }),
      { test: 'npm test' },
    ],
    [
      'vitest imported without a script',
      tree({ ...packageJson({}), 'src/a.test.ts': "import { test } from 'vitest';" }),
      { test: 'node_modules/.bin/vitest run' },
    ],
    [
      'jest among the dependencies',
      tree({ ...packageJson({ devDependencies: { jest: '30' } }), 'src/a.test.js': "test('a', () => {})" }),
      { test: 'node_modules/.bin/jest --ci' },
    ],
    [
      'node:test beside an unused jest',
      tree({ ...packageJson({ devDependencies: { jest: '30' } }), 'test/a.test.js': "require('node:test')" }),
      { test: 'node --test' },
    ],
    [
      'tape',
      tree({ ...packageJson({}), 'test/a.js': "require('tape')" }),
      { test: 'node_modules/.bin/tape test/a.js' },
    ],
    [
      'node:test in files with other names',
      tree({ 'tests/a.spec.mjs': "import { test } from 'node:test'" }),
      { test: 'node --test tests/a.spec.mjs' },
    ],
    ['Deno', tree({ 'deno.json': '{}' }), { test: 'deno test' }],
    ['a task of Deno', tree({ 'deno.json': '{"tasks": {"test": "x"}}' }), { test: 'deno task test' }],
    [
      'a package.json that begins with a byte-order mark',
      tree({ 'package.json': '\uFEFF{"scripts": {"test": "node --test"}}' }),
      { test: 'npm test' },
    ],
    [
      'a build that tests need who import the package itself',
      tree({
        ...packageJson({ main: 'dist/index.js', scripts: { test: 'node --test', build: 'tsc' } }),
        'test/a.test.js': "const { add } = require('..');",
      }),
      { test: 'npm test', build: 'npm run build' },
    ],
    [
      'the same by its name and `exports`',
      tree({
        ...packageJson({
          name: 'sums',
          exports: { '.': { import: './dist/index.mjs' } },
          scripts: { test: 'node --test', build: 'tsc' },
        }),
        'test/a.test.mjs': "import { add } from 'sums';",
      }),
      { test: 'npm test', build: 'npm run build' },
    ],
    [
      'ymera.json over everything, command by command',
      tree({ ...packageJson({ scripts: { test: 'x', bench: 'y' } }), 'ymera.json': '{"test": "./check"}' }),
      { test: './check', bench: 'npm run bench' },
    ],
  ])('%s', (_, files, commands) => {
    expect(detectProjectCommands(files)).toEqual({ ok: true, value: { commands, performance: {} } });
  });

  it('reads the performance policy from ymera.json', () => {
    const files = tree({ 'ymera.json': '{"bench": "node bench.js", "performance": {"min_speedup": 1.5}}' });
    expect(detectProjectCommands(files)).toMatchObject({ value: { performance: { min_speedup: 1.5 } } });
  });

  it.each(['{', '{"test": 1}', '{"performance": {"min_speedup": "fast"}}', '[]'])(
    'rejects the ymera.json %s',
    (text) => {
      expect(detectProjectCommands(tree({ 'ymera.json': text }))).toMatchObject({
        ok: false,
        error: { code: 'settings_invalid' },
      });
    },
  );

  it('reads at most 40 test files, spread over the folders', () => {
    const tests = Array.from({ length: 400 }, (_, index) => `test/${index}.test.js`);
    const read = [...filesToRead([...tests, 'package.json', 'README.md'])];
    expect(read).toHaveLength(41);
    expect(read.filter(([path]) => path.startsWith('test/3'))).not.toHaveLength(0);
    expect(new Map(read).get('package.json')).toBe(262_144);
  });
});

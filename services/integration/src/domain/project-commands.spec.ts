import { detectProjectCommands, type RepositoryFiles } from './project-commands';

const tree = (contents: Record<string, string>, ...others: string[]): RepositoryFiles => ({
  paths: [...Object.keys(contents), ...others],
  contents: new Map(Object.entries(contents)),
});
const packageJson = (value: unknown) => ({ 'package.json': JSON.stringify(value) });

describe('the commands of a project', () => {
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
    ['a stranger’s test files', tree({}, 'node_modules/x/test/a.test.js'), {}],
    [
      'a Makefile',
      tree({ Makefile: 'all:\n\ntest: all\n\t./run\nbench:\n' }),
      { test: 'make test', bench: 'make bench' },
    ],
    ['a Makefile variable called test', tree({ Makefile: 'test := 1\n' }), {}],
    [
      'pytest in pyproject.toml',
      tree({ 'pyproject.toml': '[tool.pytest.ini_options]\n' }),
      { test: 'python3 -m pytest' },
    ],
    ['Python test files', tree({}, 'tests/test_a.py'), { test: 'python3 -m pytest' }],
    ['a Go module with tests', tree({}, 'go.mod', 'a_test.go'), { test: 'go test ./...' }],
    ['a Go module without tests', tree({}, 'go.mod', 'a.go'), {}],
    ['a crate', tree({}, 'Cargo.toml'), { test: 'cargo test' }],
    [
      'ymera.json over everything, command by command',
      tree({ ...packageJson({ scripts: { test: 'x', bench: 'y' } }), 'ymera.json': '{"test": "./check"}' }),
      { test: './check', bench: 'npm run bench' },
    ],
  ])('%s', (_, files, commands) => {
    expect(detectProjectCommands(files)).toEqual({ ok: true, value: { commands, performance: {} } });
  });

  it('take the policy for performance from ymera.json', () => {
    const files = tree({ 'ymera.json': '{"bench": "node bench.js", "performance": {"min_speedup": 1.5}}' });
    expect(detectProjectCommands(files)).toMatchObject({ value: { performance: { min_speedup: 1.5 } } });
  });

  it.each(['{', '{"test": 1}', '{"performance": {"min_speedup": "fast"}}', '[]'])(
    'are refused when ymera.json is %s',
    (text) => {
      expect(detectProjectCommands(tree({ 'ymera.json': text }))).toMatchObject({
        ok: false,
        error: { code: 'settings_invalid' },
      });
    },
  );
});

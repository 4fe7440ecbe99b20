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
      'a Makefile',
      tree({ Makefile: 'all:\n\ntest: all\n\t./run\nbench:\n' }),
      { test: 'make test', bench: 'make bench' },
    ],
    [
      'a Makefile over a runner that test files would mean',
      tree({ Makefile: 'test:\n\tnode --test\n', 'test/a.test.mjs': "import 'node:test'" }),
      { test: 'make test' },
    ],
    [
      'a script over a Makefile',
      tree({ Makefile: 'test:\n\tnpm test\n', ...packageJson({ scripts: { test: 'node --test' } }) }),
      { test: 'npm test' },
    ],
    ['a Makefile by the GNU standards', tree({ Makefile: 'check:\n\t./run\n' }), { test: 'make check' }],
    [
      'CMake with tests',
      tree({ 'CMakeLists.txt': 'project(x C)\nenable_testing()\n' }),
      { test: 'cmake -S . -B build && cmake --build build && ctest --test-dir build --output-on-failure' },
    ],
    ['CMake without tests', tree({ 'CMakeLists.txt': 'project(x C)\n' }), {}],
    ['a Makefile variable called test', tree({ Makefile: 'test := 1\n' }), {}],
    [
      'pytest in pyproject.toml',
      tree({ 'pyproject.toml': '[tool.pytest.ini_options]\n' }),
      { test: 'python3 -m pytest' },
    ],
    ['unreadable Python test files', tree({}, 'tests/test_a.py'), { test: 'python3 -m pytest' }],
    ['a Go module with tests', tree({}, 'go.mod', 'a_test.go'), { test: 'go test ./...' }],
    ['a Go module without tests', tree({}, 'go.mod', 'a.go'), {}],
    ['a crate', tree({}, 'Cargo.toml'), { test: 'cargo test' }],
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
    ['just', tree({ justfile: 'test *args:\n  ./run\n' }), { test: 'just test' }],
    [
      'a Makefile that makes an environment of its own',
      tree({ Makefile: 'test:\n\ttox -e py\n', 'tests/test_a.py': 'import pytest' }),
      { test: 'python3 -m pytest' },
    ],
    [
      'unittest in a plain folder',
      tree({ 'tests/test_a.py': 'import unittest\nclass A(unittest.TestCase): pass' }),
      { test: 'python3 -m unittest discover -s tests' },
    ],
    [
      'unittest in a package of tests',
      tree({ 'tests/test_a.py': 'import unittest', 'tests/__init__.py': '' }),
      { test: 'python3 -m unittest discover -s tests -t .' },
    ],
    [
      'unittest in the root',
      tree({ 'test_a.py': 'import unittest' }),
      { test: 'python3 -m unittest discover' },
    ],
    [
      'unittest inside packages',
      tree({
        'one/test_a.py': 'import unittest',
        'one/__init__.py': '',
        'two/sub/test_b.py': 'import unittest',
        'two/__init__.py': '',
        'two/sub/__init__.py': '',
      }),
      { test: 'python3 -m unittest discover' },
    ],
    [
      'unittest below src, with another naming',
      tree({
        'src/one/tests/a_test.py': 'import unittest',
        'src/one/__init__.py': '',
        'src/one/tests/__init__.py': '',
      }),
      { test: "python3 -m unittest discover -s src/one -t src -p '*_test.py'" },
    ],
    [
      'plain functions, which only pytest runs',
      tree({ 'tests/test_a.py': 'def test_one():\n    assert True' }),
      { test: 'python3 -m pytest' },
    ],
    [
      'pytest among the requirements of unittest classes',
      tree({ 'tests/test_a.py': 'import unittest', 'requirements-dev.txt': 'pytest==8' }),
      { test: 'python3 -m pytest' },
    ],
    [
      'a script of hatch',
      tree({ 'pyproject.toml': '[tool.hatch.envs.default.scripts]\ntest = "pytest {args:tests}"' }),
      { test: 'python3 -m pytest' },
    ],
    [
      'a manage.py of the project’s own',
      tree({ 'manage.py': 'if argv[1] != "test": exit(2)', 'app/tests.py': 'import unittest' }),
      { test: 'python3 manage.py test' },
    ],
    [
      'Django',
      tree({ 'manage.py': 'from django.core', 'app/tests.py': 'from django.test import TestCase' }),
      { test: 'python3 manage.py test' },
    ],
    [
      'a Go module in a folder',
      tree({}, 'svc/go.mod', 'svc/a_test.go'),
      { test: '(cd svc && go test ./...)' },
    ],
    ['a workspace of crates', tree({ 'Cargo.toml': '[workspace]\n' }), { test: 'cargo test --workspace' }],
    ['Maven', tree({ 'pom.xml': '' }), { test: 'mvn -B -o test' }],
    ['Maven’s wrapper', tree({ 'pom.xml': '' }, 'mvnw'), { test: './mvnw -B -o test' }],
    ['Gradle', tree({}, 'build.gradle.kts', 'gradlew'), { test: './gradlew --offline test' }],
    ['RSpec', tree({ Gemfile: '' }, 'spec/a_spec.rb'), { test: 'bundle exec rspec' }],
    ['a Rake task', tree({ Rakefile: 'Rake::TestTask.new' }), { test: 'rake test' }],
    ['ExUnit', tree({}, 'mix.exs', 'test/a_test.exs'), { test: 'mix test' }],
    ['PHPUnit', tree({}, 'phpunit.xml'), { test: 'vendor/bin/phpunit' }],
    [
      'a script in the root and a part in another language',
      tree({
        ...packageJson({ scripts: { test: 'node --test test/' } }),
        'api/pyproject.toml': '[tool.pytest.ini_options]\n',
        'api/tests/test_calc.py': 'def test_add(): pass',
      }),
      { test: 'npm test && (cd api && python3 -m pytest)' },
    ],
    [
      'a Go module in the root and a package in a folder',
      tree(
        {
          'web/package.json': '{"scripts": {"test": "node --test"}}',
          'web/a.test.js': "require('node:test')",
        },
        'go.mod',
        't_test.go',
      ),
      { test: 'go test ./... && (cd web && npm test)' },
    ],
    [
      'tests without a manifest beside a package in a folder',
      tree({
        'frontend/package.json': '{"scripts": {"test": "node --test"}}',
        'backend/test_calc.py': 'import unittest',
      }),
      { test: 'python3 -m unittest discover -s backend && (cd frontend && npm test)' },
    ],
    [
      'two languages whose manifests the root has',
      tree(
        {
          ...packageJson({ scripts: { test: 'node --test' } }),
          'pyproject.toml': '[tool.pytest.ini_options]\n',
        },
        'tests/test_a.py',
      ),
      { test: 'npm test && python3 -m pytest' },
    ],
    [
      'a script that runs both',
      tree(
        {
          ...packageJson({ scripts: { test: 'node --test && pytest' } }),
          'pyproject.toml': '[tool.pytest.ini_options]\n',
        },
        'tests/test_a.py',
      ),
      { test: 'npm test' },
    ],
    [
      'tests of another language that nothing declares, beside a script',
      tree({ ...packageJson({ scripts: { test: 'node --test' } }), 'scripts/test_a.py': 'import unittest' }),
      { test: 'npm test' },
    ],
    [
      'a Makefile over the parts: it is the whole project’s',
      tree({
        Makefile: 'test:\n\t./all\n',
        'web/package.json': '{"scripts": {"test": "node --test"}}',
      }),
      { test: 'make test' },
    ],
    ['a rule of several targets', tree({ Makefile: 'unit test: deps\n\t./run\n' }), { test: 'make test' }],
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

import { detectProjectCommands } from './detect-project-commands';
import { type RepositoryFiles } from './repository-files';

const tree = (contents: Record<string, string>, ...others: string[]): RepositoryFiles => ({
  paths: [...Object.keys(contents), ...others],
  contents: new Map(Object.entries(contents)),
});
const packageJson = (value: unknown) => ({ 'package.json': JSON.stringify(value) });

describe('the commands of a project that is not JavaScript', () => {
  it.each<[string, RepositoryFiles, object]>([
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
    ['Python test files that cannot be read', tree({}, 'tests/test_a.py'), { test: 'python3 -m pytest' }],
    ['a Go module with tests', tree({}, 'go.mod', 'a_test.go'), { test: 'go test ./...' }],
    ['a Go module without tests', tree({}, 'go.mod', 'a.go'), {}],
    ['a crate', tree({}, 'Cargo.toml'), { test: 'cargo test' }],
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
  ])('%s', (_, files, commands) => {
    expect(detectProjectCommands(files)).toEqual({ ok: true, value: { commands, performance: {} } });
  });
});

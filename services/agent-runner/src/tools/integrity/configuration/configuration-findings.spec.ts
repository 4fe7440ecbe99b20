import { blockingCodes, examined } from '../../../testing/examined-change';

const weigh = (path: string, before: string | null, after: string | null, request = 'Add a function') => {
  const findings = examined([{ path, before, after }], { intent: 'FEATURE', request });
  return blockingCodes(findings).length > 0 ? 'harmful' : findings.length > 0 ? 'visible' : 'none';
};
const scripts = (all: object) => JSON.stringify({ scripts: all });
const inJest = (settings: string) => `module.exports = { ${settings} };`;
const vitest = (settings: string) =>
  `import { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: { ${settings} } });`;

describe('configurationFindings', () => {
  it.each<[title: string, path: string, before: string | null, after: string, weight: string]>([
    [
      'a failure that does not count',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --test || true' }),
      'harmful',
    ],
    [
      'another command',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'true' }),
      'harmful',
    ],
    [
      'fewer files',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --test test/a.mjs' }),
      'harmful',
    ],
    [
      'no tests at all',
      'package.json',
      scripts({ test: 'jest' }),
      scripts({ test: 'jest --passWithNoTests' }),
      'harmful',
    ],
    [
      'code before the tests',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --import ./quiet.mjs --test' }),
      'harmful',
    ],
    ['a step before the tests', 'package.json', '{}', scripts({ pretest: 'rm -rf test' }), 'harmful'],
    [
      'a script that the tests run',
      'package.json',
      scripts({ test: 'npm run check', check: 'node --test' }),
      scripts({ test: 'npm run check', check: 'true' }),
      'harmful',
    ],
    [
      'a compiler of types',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --import tsx --test' }),
      'visible',
    ],
    [
      'another reporter',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'node --test --test-reporter=spec' }),
      'visible',
    ],
    [
      'a check beside the tests',
      'package.json',
      scripts({ test: 'node --test' }),
      scripts({ test: 'eslint . && node --test' }),
      'visible',
    ],
    [
      'an unrelated script',
      'package.json',
      scripts({ test: 'a', start: 'b' }),
      scripts({ test: 'a', start: 'c' }),
      'none',
    ],
    [
      'a new script',
      'package.json',
      scripts({ test: 'a' }),
      scripts({ test: 'a', 'test:watch': 'a --watch' }),
      'none',
    ],
    [
      'an added export',
      'package.json',
      '{"exports":{".":"./a.js"}}',
      '{"exports":{".":"./a.js","./b":"./b.js"}}',
      'none',
    ],
    [
      'another format',
      'package.json',
      '{"scripts":{"test":"a"}}',
      '{\n  "scripts": { "test": "a" }\n}',
      'none',
    ],
    [
      'an alias of another file',
      'package.json',
      '{"imports":{"#sum":"./src/sum.js"}}',
      '{"imports":{"#sum":"./test/fake.js"}}',
      'harmful',
    ],
    [
      'a dependency that is nearly another',
      'package.json',
      '{"dependencies":{"express":"5.0.0"}}',
      '{"dependencies":{"express":"5.0.0","expres":"1.0.0"}}',
      'harmful',
    ],
    [
      'a dependency from elsewhere',
      'package.json',
      '{"dependencies":{"express":"5.0.0"}}',
      '{"dependencies":{"express":"npm:other@1.0.0"}}',
      'harmful',
    ],
    [
      'a known dependency',
      'package.json',
      '{"dependencies":{}}',
      '{"dependencies":{"preact":"10.0.0"}}',
      'none',
    ],
    [
      'fewer tests found',
      'jest.config.js',
      inJest("testMatch: ['**/*.test.js']"),
      inJest("testMatch: ['**/a.test.js']"),
      'harmful',
    ],
    [
      'more tests found',
      'jest.config.js',
      inJest("testMatch: ['**/*.test.js']"),
      inJest("testMatch: ['**/*.test.js', '**/*.spec.js']"),
      'visible',
    ],
    [
      'tests left out',
      'vitest.config.ts',
      vitest("include: ['a']"),
      vitest("include: ['a'], exclude: ['test/slow.test.ts']"),
      'harmful',
    ],
    [
      'built files left out',
      'vitest.config.ts',
      vitest("include: ['a']"),
      vitest("include: ['a'], exclude: ['dist/**']"),
      'visible',
    ],
    [
      'a lower threshold',
      'vitest.config.ts',
      vitest('coverage: { thresholds: { lines: 90 } }'),
      vitest('coverage: { thresholds: { lines: 50 } }'),
      'harmful',
    ],
    [
      'a higher threshold',
      'vitest.config.ts',
      vitest('coverage: { thresholds: { lines: 90 } }'),
      vitest('coverage: { thresholds: { lines: 95 } }'),
      'visible',
    ],
    [
      'a set-up file',
      'vitest.config.ts',
      vitest("include: ['a']"),
      vitest("include: ['a'], setupFiles: ['./quiet.ts']"),
      'harmful',
    ],
    ['retries', '.mocharc.json', '{"spec":"test"}', '{"spec":"test","retries":3}', 'harmful'],
    ['more time', '.mocharc.yml', 'timeout: 2000', 'timeout: 60000', 'harmful'],
    [
      'code beside the settings',
      'jest.config.js',
      inJest('bail: 0'),
      `${inJest('bail: 0')}\nprocess.exit(0);`,
      'harmful',
    ],
    [
      'a lower share of covered lines',
      'pyproject.toml',
      '[tool.coverage.report]\nfail_under = 90',
      '[tool.coverage.report]\nfail_under = 10',
      'harmful',
    ],
    [
      'tests that are deselected',
      'pytest.ini',
      '[pytest]\ntestpaths = tests',
      '[pytest]\ntestpaths = tests\naddopts = --deselect tests/test_a.py',
      'harmful',
    ],
    [
      'a new dependency',
      'pyproject.toml',
      '[project]\nname = "a"',
      '[project]\nname = "a"\ndependencies = ["httpx"]',
      'none',
    ],
    [
      'a hook of pytest',
      'tests/conftest.py',
      'import pytest\n',
      'import pytest\n\ndef pytest_collection_modifyitems(items):\n    items.clear()\n',
      'harmful',
    ],
    [
      'warnings that are errors',
      'pyproject.toml',
      '[tool.pytest.ini_options]\ntestpaths = ["tests"]',
      '[tool.pytest.ini_options]\ntestpaths = ["tests"]\nfilterwarnings = ["error"]',
      'visible',
    ],
    [
      'warnings that are ignored',
      'pyproject.toml',
      '[tool.pytest.ini_options]\ntestpaths = ["tests"]',
      '[tool.pytest.ini_options]\ntestpaths = ["tests"]\nfilterwarnings = ["ignore"]',
      'harmful',
    ],
    [
      'expectations that are rewritten before the tests',
      'package.json',
      scripts({ test: 'node --test', fixtures: 'node update.mjs' }),
      scripts({ pretest: 'npm run fixtures', test: 'node --test', fixtures: 'node update.mjs' }),
      'harmful',
    ],
    [
      'a fixture of pytest',
      'tests/conftest.py',
      'import pytest\n',
      'import pytest\n\n@pytest.fixture\ndef server():\n    return 1\n',
      'none',
    ],
    [
      'looser types',
      'tsconfig.json',
      '{"compilerOptions":{"strict":true}}',
      '{"compilerOptions":{"strict":false}}',
      'harmful',
    ],
    [
      'another target of the compiler',
      'tsconfig.json',
      '{"compilerOptions":{"target":"ES2020"}}',
      '{"compilerOptions":{"target":"ES2022"}}',
      'none',
    ],
    [
      'an unrelated target',
      'Makefile',
      'test:\n\tnode --test\n',
      'test:\n\tnode --test\n\nclean:\n\trm -rf dist\n',
      'none',
    ],
    ['a target that is ignored', 'Makefile', 'test:\n\tnode --test\n', 'test:\n\t-node --test\n', 'harmful'],
    [
      'a target that the tests need',
      'Makefile',
      'test: unit\n\nunit:\n\tnode --test\n',
      'test: unit\n\nunit:\n\ttrue\n',
      'harmful',
    ],
    [
      'a variable of the tests',
      'Makefile',
      'FLAGS =\ntest:\n\tnode --test $(FLAGS)\n',
      'FLAGS = --test-name-pattern=a\ntest:\n\tnode --test $(FLAGS)\n',
      'harmful',
    ],
    ['settings of the platform', 'ymera.json', null, '{"test":"true"}', 'harmful'],
    [
      'a pipeline that goes on',
      '.github/workflows/ci.yml',
      'run: npm test',
      'run: npm test\ncontinue-on-error: true',
      'harmful',
    ],
    [
      'a fixture of pytest with fewer parameters',
      'tests/conftest.py',
      'import pytest\n\n@pytest.fixture(params=[1, 2])\ndef server(request):\n    return request.param\n',
      'import pytest\n\n@pytest.fixture(params=[1])\ndef server(request):\n    return request.param\n',
      'harmful',
    ],
  ])('%s', (_, path, before, after, weight) => {
    expect(weigh(path, before, after)).toBe(weight);
  });

  it.each([
    ['more failures than one', 'failed > 3 ? 1 : 0', true],
    ['a share of all', 'failed > limit ? 1 : 0', true],
    ['no failure', 'failed > 0 ? 1 : 0', false],
  ])('decides whether a program of the tests allows %s', (_, status, expected) => {
    const run = (text: string) => `const failed = run();\nconst limit = 1;\nprocess.exit(${text});\n`;
    const found = examined([{ path: 'test/run.mjs', before: run('failed'), after: run(status) }], {
      unchanged: { 'package.json': scripts({ test: 'node test/run.mjs' }) },
    });
    expect(found.some(({ severity, needsTrial }) => severity === 'high' && !needsTrial)).toBe(expected);
  });

  it('shows a setting that the request asks to change', () => {
    expect(
      weigh('.mocharc.yml', 'timeout: 2000', 'timeout: 9000', 'Give the slow integration tests more time'),
    ).toBe('visible');
    expect(
      weigh(
        'vitest.config.ts',
        vitest('globals: false'),
        vitest("globals: false, setupFiles: ['./dom.ts']"),
        'Add a setup file for the DOM matchers',
      ),
    ).toBe('visible');
  });

  const slowOnly =
    'import pytest\n\ndef pytest_collection_modifyitems(config, items):\n    if config.getoption("--slow"):\n        return\n    for item in items:\n        if "slow" in item.keywords:\n            item.add_marker(pytest.mark.skip())\n';

  it('accepts marked tests behind an option when the request asks for it', () => {
    const path = 'tests/conftest.py';
    const request = 'Mark the volume test as slow; slow tests run only with --slow';
    expect(weigh(path, 'import pytest\n', slowOnly, request)).toBe('visible');
    expect(weigh(path, 'import pytest\n', slowOnly)).toBe('harmful');
    expect(
      weigh(
        path,
        'import pytest\n',
        slowOnly.replace('item.add_marker(pytest.mark.skip())', 'items.remove(item)'),
        request,
      ),
    ).toBe('harmful');
  });
});

import { blockingCodes, examined } from '../../../testing/examined-change';

const weigh = (path: string, before: string | null, after: string | null, request = 'Add a function') => {
  const findings = examined([{ path, before, after }], { intent: 'FEATURE', request });
  return blockingCodes(findings).length > 0 ? 'harmful' : findings.length > 0 ? 'visible' : 'none';
};
const scripts = (all: object) => JSON.stringify({ scripts: all });
const vitest = (settings: string) =>
  `import { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: { ${settings} } });`;

describe('configurationFindings of tools that are not JavaScript', () => {
  it.each<[title: string, path: string, before: string | null, after: string, weight: string]>([
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
      'a fixture of pytest',
      'tests/conftest.py',
      'import pytest\n',
      'import pytest\n\n@pytest.fixture\ndef server():\n    return 1\n',
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
  ])('sees whether a program of the tests lets pass %s', (_, status, expected) => {
    const run = (text: string) => `const failed = run();\nconst limit = 1;\nprocess.exit(${text});\n`;
    const found = examined([{ path: 'test/run.mjs', before: run('failed'), after: run(status) }], {
      unchanged: { 'package.json': scripts({ test: 'node test/run.mjs' }) },
    });
    expect(found.some(({ severity, needsTrial }) => severity === 'high' && !needsTrial)).toBe(expected);
  });

  it('lets be seen what the request asks for', () => {
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

  it('lets marked tests wait for an option where the request asks for it', () => {
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

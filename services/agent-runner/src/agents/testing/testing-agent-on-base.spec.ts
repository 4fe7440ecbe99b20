import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { processTree } from '../../sandbox/process-tree';
import { AgentFixture } from '../../testing/agent-fixture';
import { agentsOnSample, input, project } from '../../testing/agents-on-sample';

jest.setTimeout(120_000);

const { fixture, agents, base, run } = agentsOnSample();

afterAll(() => fixture.close());

describe('TestingAgent on a base', () => {
  const test = (
    files: Record<string, string>,
    command = 'node --test test/x.test.mjs',
    deadlineMs = 60_000,
  ) =>
    run(agents.testing(), {
      type: 'test',
      base: fixture.repository.commit(files),
      project: { ...project, commands: { test: command } },
      input,
      deadline: new Date(Date.now() + deadlineMs).toISOString(),
    });
  const failing = "import { test } from 'node:test'; test('no', () => { throw new Error('broken'); });\n";

  it('counts and quotes failures', async () => {
    const { result, log } = await test({ 'test/x.test.mjs': failing });
    expect(log).toMatch(/[( ]test\/x\.test\.mjs:1:\d+/);
    expect(log).not.toContain('/ymera/workspace');
    expect(result).toMatchObject({ outcome: 'completed', tests: { failed: 1, exit_code: 1, flaky: 0 } });
    expect(result.findings).toMatchObject([
      {
        code: 'test_failed_on_base',
        severity: 'medium',
        file: 'test/x.test.mjs',
        line: 1,
        message: expect.stringMatching(/^no: .*broken\. It fails on the base as well, without any change\.$/),
        evidence: expect.stringContaining('broken'),
      },
    ]);
  });

  it('separates flaky tests from broken ones by a second run', async () => {
    const { result } = await test({
      'test/x.test.mjs':
        "import { test } from 'node:test'; import { existsSync, writeFileSync } from 'node:fs'; test('sometimes', () => { if (existsSync('seen')) return; writeFileSync('seen', ''); throw new Error('first'); });\n",
    });
    expect(result).toMatchObject({
      tests: { failed: 0, exit_code: 0, flaky: 1 },
      findings: [{ code: 'flaky_tests' }],
    });
  });

  it('ends hanging tests before the deadline and reports that', async () => {
    const before = processTree(process.pid).length;
    const { result } = await test(
      { 'test/x.test.mjs': 'setInterval(() => {}, 1000);\n' },
      'node test/x.test.mjs',
      3_000,
    );
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'tests_did_not_end', retryable: false, fault: 'project' },
    });
    expect(processTree(process.pid)).toHaveLength(before);
  });

  it('reports no_tests when no command is declared', async () => {
    const { result } = await run(agents.testing(), {
      type: 'test',
      base,
      project: { ...project, commands: {} },
      input,
    });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'no_tests' } });
  });

  it('reports a command in watch mode before it runs', async () => {
    const { result, log } = await test(
      { 'package.json': '{"scripts":{"test":"node --test --watch"}}' },
      'npm test',
    );
    expect(result).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'tests_did_not_end',
        message: expect.stringContaining('`node --test --watch`'),
        fault: 'project',
      },
    });
    expect(log).toBe('');
  });

  it('ends a command that waits for file changes after its tests, long before the deadline', async () => {
    const started = performance.now();
    const { result } = await test(
      {
        'dev.mjs':
          "import { spawnSync } from 'node:child_process';\nspawnSync('node', ['--test', 'test/x.test.mjs'], { stdio: 'inherit' });\nconsole.log('clean exit - waiting for changes before restart');\nsetInterval(() => {}, 1000);\n",
        'test/x.test.mjs': "import { test } from 'node:test'; test('yes', () => {});\n",
      },
      'node dev.mjs',
    );
    expect(result.error).toMatchObject({
      code: 'tests_did_not_end',
      message: expect.stringContaining('watches for changes'),
    });
    expect(performance.now() - started).toBeLessThan(40_000);
  });

  it('does not end a test that logs the message of a watcher and is silent afterwards', async () => {
    const { result } = await test({
      'test/x.test.mjs':
        "import { test } from 'node:test'; test('dev', async () => { console.log('[dev] Watching for file changes'); await new Promise((done) => setTimeout(done, 3000)); });\n",
    });
    expect(result).toMatchObject({ outcome: 'completed', tests: { passed: 1, failed: 0 } });
  });

  it.each([
    [
      'sh: no-such-runner is named',
      'no-such-runner --all',
      {},
      'test_tool_missing',
      'machine',
      /no-such-runner/,
    ],
    [
      'every test needs the network',
      'node --test test/x.test.mjs',
      {
        'test/x.test.mjs':
          "import { test } from 'node:test'; test('asks', () => fetch('https://registry.example/'));\n",
      },
      'tests_need_network',
      'project',
      /without a network/,
    ],
    [
      'a declared package is not installed',
      'node --test test/x.test.mjs',
      {
        'package.json': '{"peerDependencies":{"left-out":"1.0.0"}}',
        'test/x.test.mjs': "import 'left-out';\n",
      },
      'dependencies_missing',
      'project',
      /left-out is not installed/,
    ],
    [
      'a linter fails before the tests',
      'npm test',
      {
        'package.json':
          '{"scripts":{"lint":"node lint.mjs","test":"npm run lint && node --test test/x.test.mjs"}}',
        'lint.mjs': "console.error('src/sum.mjs:1:1 error: missing semicolon'); process.exit(1);\n",
      },
      'tests_not_reached',
      'project',
      /`node lint\.mjs`: src\/sum\.mjs:1:1 error: missing semicolon/,
    ],
    [
      'every test asks for a variable',
      'node --test test/x.test.mjs',
      {
        'test/x.test.mjs':
          "import { test } from 'node:test'; import assert from 'node:assert'; test('adds', () => assert.ok(process.env.API_KEY, 'API_KEY must be set'));\n",
      },
      'tests_need_environment',
      'project',
      /API_KEY is not set/,
    ],
    [
      'a package is not named by any manifest',
      'node --test test/x.test.mjs',
      { 'package.json': '{}', 'test/x.test.mjs': "import 'left-behind';\n" },
      'dependencies_missing',
      'project',
      /no manifest of the project names it/,
    ],
  ])(
    'fails without a retry when the tests cannot run at all: %s',
    async (_, command, files, code, fault, message) => {
      const { result } = await test(files, command);
      expect(result).toMatchObject({
        outcome: 'failed',
        error: {
          code,
          retryable: false,
          fault,
          message: expect.stringMatching(message),
          suggestion: expect.any(String),
        },
      });
    },
  );

  it('uses the exit code of a script and ignores log lines that look like another tool', async () => {
    const { result } = await test(
      {
        'package.json': '{"scripts":{"test":"node test/run.js"}}',
        'test/run.js': "console.log('No tests found, exiting with code 0\\nall good');\n",
      },
      'npm test',
    );
    expect(result).toMatchObject({ outcome: 'completed', tests: { passed: 1, failed: 0 }, findings: [] });
  });

  it.each([
    ['only', {}, { outcome: 'failed', error: { code: 'tests_need_submodule', fault: 'project' } }],
    [
      'beside others',
      { 'test/y.test.mjs': "import { test } from 'node:test'; test('yes', () => {});\n" },
      {
        outcome: 'completed',
        tests: { passed: 1, failed: 1 },
        findings: [
          {
            code: 'test_failed_on_base',
            message: expect.stringMatching(/submodule lib is not fetched.*Submodules are not fetched here/),
            suggestion: expect.stringContaining('cannot mend it'),
          },
        ],
      },
    ],
  ])('reports a needed submodule that is not fetched: %s', async (_, files, expected) => {
    const repository = new AgentFixture();
    try {
      const { git, folder } = {
        git: repository.repository.git.bind(repository.repository),
        folder: repository.repository.folder,
      };
      const first = repository.repository.commit({ 'README.md': 'x\n' });
      mkdirSync(join(folder, 'lib'));
      git('update-index', '--add', '--cacheinfo', `160000,${first},lib`);
      const withLink = repository.repository.commit({
        '.gitmodules': '[submodule "lib"]\n\tpath = lib\n\turl = ../lib\n',
        'test/x.test.mjs':
          "import { test } from 'node:test'; import { one } from '../lib/one.mjs'; test('one', () => one);\n",
        ...files,
      });
      const { result } = await repository.run(repository.agents().testing(), {
        type: 'test',
        base: withLink,
        project: { ...project, commands: { test: 'node --test' } },
        input,
      });
      expect(result).toMatchObject(expected);
    } finally {
      repository.close();
    }
  });

  it('completes when the project has no tests yet', async () => {
    const { result } = await test({}, "printf 'TAP version 13\\n1..0\\n'; exit 5");
    expect(result).toMatchObject({ outcome: 'completed', findings: [{ code: 'tests_empty_on_base' }] });
  });
});

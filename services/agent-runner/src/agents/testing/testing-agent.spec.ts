import { processTree } from '../../sandbox/process-tree';
import { agentsOnSample, input, project } from '../../testing/agents-on-sample';

jest.setTimeout(120_000);

const { fixture, agents, base, run } = agentsOnSample();

afterAll(() => fixture.close());

describe('the TESTING agent', () => {
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

  it('counts what failed and quotes it', async () => {
    const { result, log } = await test({ 'test/x.test.mjs': failing });
    expect(log).toMatch(/[( ]test\/x\.test\.mjs:1:\d+/);
    expect(log).not.toContain('/ymera/workspace');
    expect(result).toMatchObject({ outcome: 'completed', tests: { failed: 1, exit_code: 1, flaky: 0 } });
    expect(result.findings).toMatchObject([
      {
        code: 'tests_failed',
        file: 'test/x.test.mjs',
        line: 1,
        message: expect.stringMatching(/^no: .*broken$/),
        evidence: expect.stringContaining('broken'),
      },
    ]);
  });

  it('tells flaky tests from broken ones by a second run', async () => {
    const { result } = await test({
      'test/x.test.mjs':
        "import { test } from 'node:test'; import { existsSync, writeFileSync } from 'node:fs'; test('sometimes', () => { if (existsSync('seen')) return; writeFileSync('seen', ''); throw new Error('first'); });\n",
    });
    expect(result).toMatchObject({
      tests: { failed: 0, exit_code: 0, flaky: 1 },
      findings: [{ code: 'flaky_tests' }],
    });
  });

  it('ends tests that never end before the deadline, and says so', async () => {
    const before = processTree(process.pid).length;
    const { result } = await test(
      { 'test/x.test.mjs': 'setInterval(() => {}, 1000);\n' },
      'node test/x.test.mjs',
      3_000,
    );
    expect(result).toMatchObject({
      outcome: 'completed',
      tests: { exit_code: 124, failed: 1 },
      findings: [{ code: 'tests_did_not_end' }],
    });
    expect(processTree(process.pid)).toHaveLength(before);
  });

  it('has no tests to run where none are declared', async () => {
    const { result } = await run(agents.testing(), {
      type: 'test',
      base,
      project: { ...project, commands: {} },
      input,
    });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'no_tests' } });
  });
});

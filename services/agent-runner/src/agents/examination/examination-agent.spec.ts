import type { Intent, TestSummary } from '@ymera/contracts';
import { agentsOnSample, changeOf, commands, input, project } from '../../testing/agents-on-sample';

jest.setTimeout(120_000);

const { fixture, agents, base, run } = agentsOnSample();

afterAll(() => fixture.close());

describe('ExaminationAgent', () => {
  const passed: TestSummary = {
    tree: '',
    command: 'npm test',
    total: 6,
    passed: 6,
    failed: 0,
    skipped: 0,
    flaky: 0,
    duration_ms: 1,
    exit_code: 0,
  };
  const validate = async (
    files: Record<string, string | null>,
    change: { tests?: Partial<TestSummary> | null; bench?: boolean; intent?: Intent } = {},
  ) => {
    fixture.repository.git('checkout', '--quiet', base);
    const commit = fixture.repository.commit(files);
    const tree = fixture.repository.git('rev-parse', 'HEAD^{tree}');
    fixture.repository.git('checkout', '--quiet', 'main');
    const { result } = await run(agents.examination(), {
      type: 'validate',
      base,
      project: { ...project, commands: change.bench ? commands : { test: 'npm test' } },
      input: {
        ...input,
        intent: change.intent ?? input.intent,
        change: changeOf({ commit, tree }),
        ...(change.tests === null ? {} : { tests: { ...passed, tree, ...change.tests } }),
      },
    });
    return result.verdict;
  };
  const codes = (verdict: Awaited<ReturnType<typeof validate>>) => verdict?.findings.map(({ code }) => code);
  const harmless = { 'README.md': 'changed\n' };

  it('approves a harmless change with passed tests', async () => {
    expect(await validate(harmless)).toMatchObject({
      approved: true,
      policy_version: expect.any(String),
      findings: [],
    });
  });

  it.each<[title: string, code: string, tests: Partial<TestSummary> | null]>([
    ['without tests', 'tests_missing', null],
    ['with failed tests', 'tests_failed', { failed: 1, exit_code: 1 }],
    ['with tests of another tree', 'tests_of_another_tree', { tree: base }],
    ['with a test command that ran nothing', 'tests_empty', { total: 0, passed: 0 }],
  ])('rejects a change %s', async (_, code, tests) => {
    const verdict = await validate(harmless, { tests });
    expect(verdict?.approved).toBe(false);
    expect(codes(verdict)).toEqual([code]);
  });

  const adds = (name: string) =>
    `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { normalise } from '../src/guest-list.mjs';\n\ntest('${name}', () => {\n  assert.equal(normalise(' Ada\\n'), '${name}');\n});\n`;

  it.each<[title: string, files: Record<string, string>, codes: readonly string[]]>([
    ['without a test', harmless, ['fix_without_test']],
    ['with a test that passes without it', { 'test/more.test.mjs': adds('ada') }, ['fix_without_test']],
    ['with a test that fails without it', { 'test/more.test.mjs': adds('Ada') }, []],
  ])('reports the evidence of a fix %s to the approver without rejecting it', async (_, files, expected) => {
    const verdict = await validate(files, { intent: 'DEBUG' });
    expect(verdict?.approved).toBe(true);
    expect(codes(verdict)).toEqual(expected);
  });

  it('finishes in time for a fix of a defect that makes the tests hang', async () => {
    const hanging = fixture.repository.commit({
      'src/loop.mjs': 'export const wait = () => {\n  while (true);\n};\n',
      'test/loop.test.mjs':
        "import { test } from 'node:test';\nimport { wait } from '../src/loop.mjs';\n\ntest('ends', () => {\n  wait();\n});\n",
    });
    const commit = fixture.repository.commit({ 'src/loop.mjs': 'export const wait = () => {};\n' });
    const tree = fixture.repository.git('rev-parse', 'HEAD^{tree}');
    const { result } = await run(agents.examination(), {
      type: 'validate',
      base: hanging,
      project: { ...project, commands: { test: 'node --test test/loop.test.mjs' } },
      input: { ...input, intent: 'DEBUG', change: changeOf({ commit, tree }), tests: { ...passed, tree } },
      deadline: new Date(Date.now() + 20_000).toISOString(),
    });
    expect(result.verdict).toMatchObject({ approved: true, findings: [] });
  });

  it('reports new findings of the change only', async () => {
    const verdict = await validate({
      'src/run.mjs':
        "import { execSync } from 'node:child_process';\nexport const run = (name) => execSync(`ls ${name}`);\n",
      'config.txt': 'token = ghp_abcdefghijklmnopqrstuvwxyz0123456789\n',
    });
    expect(verdict?.approved).toBe(false);
    expect(verdict?.findings).toMatchObject([
      { code: 'secret_in_code', file: 'config.txt', line: 1, severity: 'critical' },
      {
        code: 'shell_injection',
        file: 'src/run.mjs',
        line: 2,
        severity: 'high',
        suggestion: expect.any(String),
      },
    ]);
    expect(JSON.stringify(verdict)).not.toContain('ghp_');
  });

  it('rejects a change that weakens its own tests', async () => {
    const verdict = await validate({
      'test/guest-list.test.mjs': "import { test } from 'node:test';\ntest.skip('later', () => {});\n",
    });
    expect(verdict?.approved).toBe(false);
    expect(codes(verdict)).toEqual(expect.arrayContaining(['test_skipped', 'tests_removed']));
  });

  it('shows the approver a new test that passes on an emptied product', async () => {
    const text = (body: string) =>
      `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { normalise } from '../src/guest-list.mjs';\n\ntest('has one guest', () => {\n  const guests = ['Ada'];\n  ${body}\n});\n`;
    const verdict = await validate({ 'test/one.test.mjs': text('assert.equal(guests.length, 1);') });
    expect(verdict).toMatchObject({
      approved: true,
      findings: [{ code: 'test_proves_nothing', file: 'test/one.test.mjs', line: 5, severity: 'medium' }],
    });
    const honest = await validate({
      'test/one.test.mjs': text("assert.deepEqual(guests.map(normalise), ['Ada']);"),
    });
    expect(honest).toMatchObject({ approved: true, findings: [] });
  });

  it('rejects an enhancement that is not fast enough, with the measurement', async () => {
    const verdict = await validate(harmless, { bench: true });
    expect(verdict).toMatchObject({ approved: false, before_after: { runs: 10, interleaved: true } });
    expect(verdict?.before_after?.before_peak_mb).toBeGreaterThan(10);
    expect(codes(verdict)).toEqual(['speedup_too_small']);
  });

  it('ignores a result that the product prints instead of the benchmark', async () => {
    const path = 'src/guest-list.mjs';
    const product = fixture.repository.git('show', `${base}:${path}`);
    const boast = 'process.on("exit", () => console.log(JSON.stringify({ median_ms: 0.01 })));';
    const verdict = await validate({ [path]: `${product}\n${boast}\n` }, { bench: true });
    expect(verdict).toMatchObject({ approved: false });
    expect(codes(verdict)).toContain('benchmark_results_changed');
  });

  it('examines a repository that is not JavaScript, broken or empty', async () => {
    const odd = fixture.repository.commit({
      'broken.js': 'function {',
      'data.bin': Buffer.from([0, 255, 0]),
      'main.py': 'x = 1\n',
    });
    const { result } = await run(agents.examination(), { type: 'review', base: odd, project, input });
    expect(result.outcome).toBe('completed');
    expect(result.findings).toContainEqual(
      expect.objectContaining({ code: 'syntax_error', file: 'broken.js' }),
    );
  });
});

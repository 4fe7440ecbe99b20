import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Task } from '@ymera/agent-sdk';
import { type Intent, result as resultMessage, type TestSummary } from '@ymera/contracts';
import { processTree } from '../sandbox/process-tree';
import { AgentFixture, type Attempt } from '../testing/agent-fixture';
import type { CommandOptions } from './tool-agents';

jest.setTimeout(120_000);

const fixture = new AgentFixture();
const agents = fixture.agents();
const base = fixture.commitSample();
const commands = { test: 'npm test', bench: 'npm run bench' };
const project: Task['project'] = {
  project_id: 'sample',
  default_branch: 'main',
  commands,
  performance: { min_speedup: 1.5 },
};
const input: Task['input'] = {
  request_id: '01936d00-0000-7000-8000-0000000000aa',
  workflow_id: '01936d00-0000-7000-8000-0000000000bb',
  step_id: 'step',
  request_text: 'Improve the performance of this algorithm',
  intent: 'ENHANCE',
  findings: [],
};

afterAll(() => fixture.close());

/** Every result must be one that the protocol takes, and leave nothing on the disk. */
function check(attempt: Attempt): Attempt {
  const { agent_id, task_id, attempt: number, fencing_token } = resultMessage.sample;
  resultMessage.payload.parse({ agent_id, task_id, attempt: number, fencing_token, ...attempt.result });
  expect(readdirSync(join(fixture.stateFolder, 'workspaces'))).toEqual([]);
  return attempt;
}
const run = async (...args: Parameters<AgentFixture['run']>) => check(await fixture.run(...args));
const changeOf = (ids: { commit: string; tree: string }) => ({
  change_id: input.request_id,
  agent_id: 'enhancer-1',
  ...ids,
});

// Mission: A9
describe('the main job on the sample project', () => {
  it('is reviewed, made faster, tested and approved', async () => {
    const started = performance.now();
    const review = await run(agents.examination(), { type: 'review', base, project, input });
    expect(
      review.result.findings
        ?.filter(({ code }) => code === 'repeated_membership_scan')
        .map(({ file }) => file),
    ).toEqual(['src/guest-list.mjs', 'src/guest-list.mjs']);

    const enhanced = await run(agents.enhancement(), { type: 'enhance', base, project, input });
    expect(enhanced.result).toMatchObject({
      outcome: 'completed',
      before_after: { runs: 10, interleaved: true },
    });
    const { change, before_after: gain } = enhanced.result;
    if (!change || !gain) throw new Error('no change');
    expect(gain.speedup).toBeGreaterThan(3);
    const ids = fixture.materialise(change);

    const tested = await run(agents.testing(), {
      type: 'test',
      base,
      project,
      input: { ...input, change: changeOf(ids) },
    });
    expect(tested.result.tests).toMatchObject({
      tree: ids.tree,
      passed: 6,
      failed: 0,
      exit_code: 0,
      command: 'npm test',
    });

    const { tests } = tested.result;
    if (!tests) throw new Error('no tests');
    const validated = await run(agents.examination(), {
      type: 'validate',
      base,
      project,
      input: { ...input, change: changeOf(ids), tests },
    });
    expect(validated.result.verdict).toMatchObject({ approved: true, base, ...ids, reasons: [] });
    expect(validated.result.verdict?.before_after?.speedup).toBeGreaterThan(1.5);
    const toolMs = [review, enhanced, tested, validated].map(({ result }) => result.metrics?.tool_ms ?? 0);
    process.stdout.write(
      `speed-up ${gain.speedup}, tools ${toolMs.join(' + ')} ms, all ${Math.round(performance.now() - started)} ms\n`,
    );
  });
});

describe('the ENHANCEMENT agent', () => {
  it('proposes nothing where there is nothing certain to improve', async () => {
    const plain = fixture.repository.commit({
      'src/guest-list.mjs':
        'export const admit = () => [];\nexport const attendance = () => 0;\nexport const normalise = String;\n',
    });
    const { result } = await run(agents.enhancement(), { type: 'enhance', base: plain, project, input });
    expect(result).toMatchObject({ outcome: 'failed', error: { code: 'change_empty' } });
    expect(result.change).toBeUndefined();
  });

  it('drops what the benchmark does not reward', async () => {
    const elsewhere = fixture.repository.commit({
      'src/other.mjs': 'export const common = (a, b) => a.filter((x) => b.includes(x));\n',
    });
    const { result } = await run(agents.enhancement(), { type: 'enhance', base: elsewhere, project, input });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'change_empty', message: expect.stringContaining('benchmark') },
    });
  });

  it('never touches tests, benchmarks and packed files', async () => {
    const slow = 'export const common = (a, b) => a.filter((x) => b.includes(x));\n';
    const only = fixture.repository.commit({
      'src/other.mjs': null,
      'test/extra.test.mjs': slow,
      'bench/extra.mjs': slow,
      'dist/packed.js': slow,
      'src/lib.min.js': slow,
    });
    const { result } = await run(agents.enhancement(), {
      type: 'enhance',
      base: only,
      project: { ...project, commands: {} },
      input,
    });
    expect(result).toMatchObject({ error: { code: 'change_empty' } });
  });
});

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
    const { result } = await test({ 'test/x.test.mjs': failing });
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

describe('the EXAMINATION agent', () => {
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
  ])('approves nothing %s', async (_, code, tests) => {
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
  ])('says of a fix %s what its tests show, and leaves it to the approver', async (_, files, expected) => {
    const verdict = await validate(files, { intent: 'DEBUG' });
    expect(verdict?.approved).toBe(true);
    expect(codes(verdict)).toEqual(expected);
  });

  it('has time left for a fix of a fault that makes the tests hang', async () => {
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

  it('finds what is new in the change, and only that', async () => {
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

  it('refuses a change that makes its own tests easier', async () => {
    const verdict = await validate({
      'test/guest-list.test.mjs': "import { test } from 'node:test';\ntest.skip('later', () => {});\n",
    });
    expect(verdict?.approved).toBe(false);
    expect(codes(verdict)).toEqual(
      expect.arrayContaining(['test_skipped', 'tests_removed', 'assertions_removed']),
    );
  });

  it('refuses an enhancement that is not fast enough, and says what was measured', async () => {
    const verdict = await validate(harmless, { bench: true });
    expect(verdict).toMatchObject({ approved: false, before_after: { runs: 10, interleaved: true } });
    expect(verdict?.before_after?.before_peak_mb).toBeGreaterThan(10);
    expect(codes(verdict)).toEqual(['speedup_too_small']);
  });

  it('believes no result that the product prints in place of the benchmark', async () => {
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

describe('the command-line agent', () => {
  const outside = join(fixture.stateFolder, '..', 'beside');
  const exec = (
    command: string,
    options: { deadlineMs?: number; signal?: AbortSignal } & Partial<CommandOptions> = {},
  ) =>
    run(
      agents.command('CODING', command, { network: false, ...options }),
      {
        type: 'code',
        base,
        project,
        input,
        deadline: new Date(Date.now() + (options.deadlineMs ?? 60_000)).toISOString(),
      },
      options.signal,
    );

  it('gets the task on standard input and the working copy as its directory; what it changes is the change', async () => {
    const { result, log, steps } = await exec(
      'cat > task.json; echo \'::ymera progress 0.5 half way\'; echo hello; git status --porcelain; node -e \'const t = JSON.parse(fs.readFileSync("task.json")); fs.writeFileSync("note.txt", t.input.request_text)\'; rm task.json',
    );
    expect(result).toMatchObject({
      outcome: 'completed',
      change: { base, patch: expect.stringContaining('+Improve the performance') },
    });
    expect(steps).toContain('half way');
    expect(log).toBe('hello\n?? task.json\n');
  });

  it('is told nothing that is between the runner and the platform', async () => {
    const { log } = await exec('cat; echo x > x');
    expect(log).toContain('"request_text"');
    expect(log).not.toMatch(/fencing_token|workspace_url|secret/);
  });

  it('may commit: what counts are the files', async () => {
    const { result } = await exec('echo x > x && git add x && git commit -qm x');
    expect(result).toMatchObject({
      outcome: 'completed',
      change: { patch: expect.stringContaining('+++ b/x') },
    });
  });

  it.each([
    ['fails', 'echo it broke >&2; exit 3', 'agent_failed', /exit code 3.*it broke/s],
    ['cannot start', '/nowhere/agent', 'agent_failed', /could not be started.*nowhere/s],
    ['changes nothing', 'true', 'change_empty', /Nothing was changed/],
    ['leaves a link that leaves', 'ln -s /etc/passwd leak', 'change_outside', /leak links to/],
    ['writes beside the copy', 'echo x > x; echo x > ../escape', 'change_outside', /\.\.\/escape/],
    [
      'writes to the system',
      'echo x > x; echo x > /etc/ymera-escape',
      'change_outside',
      /\/etc\/ymera-escape/,
    ],
    ['writes to its home', 'echo x > x; echo x > ~/escape', 'change_outside', /~\/escape/],
    ['writes to /tmp', 'echo x > x; echo x > /tmp/ymera-escape', 'change_outside', /\/tmp\/ymera-escape/],
    ['writes outside and then fails', 'echo x > /tmp/ymera-escape; exit 1', 'change_outside', /ymera-escape/],
  ])('that %s ends with a code and a sentence', async (_, command, code, message) => {
    const { result } = await exec(command);
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code, message: expect.stringMatching(message) },
    });
    expect(result.change).toBeUndefined();
  });

  it('is found on its author’s PATH, and finds what lies beside it', async () => {
    const bin = join(outside, 'own bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, 'my-agent'), '#!/bin/sh\n. "${0%/*}/words.sh"; echo "$word $1" > made.txt\n', {
      mode: 0o755,
    });
    writeFileSync(join(bin, 'words.sh'), 'word=found\n');
    const found = { change: { patch: expect.stringContaining('+found fast') } };
    expect((await exec('my-agent fast', { searchPath: [bin] })).result).toMatchObject(found);
    expect((await exec(`'${bin}/my-agent' fast`)).result).toMatchObject(found);
  });

  it('that is found nowhere says where it was looked for', async () => {
    const { result } = await exec('my-agnet', { searchPath: ['/opt/ada/bin'] });
    expect(result.error).toMatchObject({
      code: 'agent_failed',
      message: expect.stringMatching(/could not be started.*my-agnet.*not found/s),
      suggestion: expect.stringMatching(/full path.*\/opt\/ada\/bin, .*\/usr\/bin/),
    });
  });

  it('is handed variables whose values are told to nobody', async () => {
    const environment = { MODEL_KEY: 'sk-test-0123456789', MODEL: 'fast' };
    const { result, log } = await exec(
      'echo "with $MODEL_KEY"; echo "model $MODEL" > made.txt; echo "no $MODEL_KEY" >&2; exit 3',
      { environment },
    );
    expect(log).toBe('with [withheld]\nno [withheld]\n');
    expect(result.error?.message).toMatch(/no \[withheld\]$/);
    expect((await exec('echo "model $MODEL" > made.txt', { environment })).result).toMatchObject({
      change: { patch: expect.stringContaining('+model fast') },
    });
    const written = await exec('echo "key $MODEL_KEY" > made.txt', { environment });
    expect(written.result).toMatchObject({
      outcome: 'failed',
      error: { code: 'agent_failed', message: expect.stringContaining('MODEL_KEY') },
    });
    expect(JSON.stringify(written)).not.toContain(environment.MODEL_KEY);
  });

  it('that hangs past its deadline is ended', async () => {
    const { result } = await exec('echo x > x; sleep 1000', { deadlineMs: 2_500 });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'agent_failed', message: expect.stringContaining('still running') },
    });
  });

  it('that is canceled is gone within a second', async () => {
    const abort = new AbortController();
    let canceledAt = 0;
    setTimeout(() => {
      canceledAt = performance.now();
      abort.abort(new Error('canceled by its requester'));
    }, 1_000);
    const { result } = await exec('trap "" TERM INT; while :; do sleep 0.1; done', { signal: abort.signal });
    expect(result).toMatchObject({ outcome: 'canceled' });
    expect(performance.now() - canceledAt).toBeLessThan(1_000);
  });

  it('works without a sandbox too, and finds what lies where its author stood', async () => {
    mkdirSync(outside, { recursive: true });
    writeFileSync(
      join(outside, 'agent.mjs'),
      "import { writeFileSync } from 'node:fs'; writeFileSync('made.txt', 'x\\n');",
    );
    const unconfined = fixture.agents(fixture.unconfined);
    const { result } = await run(
      unconfined.command('CODING', 'node agent.mjs', { network: false, folder: outside }),
      {
        type: 'code',
        base,
        project,
        input,
      },
    );
    expect(result).toMatchObject({
      outcome: 'completed',
      change: { patch: expect.stringContaining('made.txt') },
    });
  });
});

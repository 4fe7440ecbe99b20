import { agentsOnSample, changeOf, input, project } from '../../testing/agents-on-sample';
import { sharedWithBase } from './test-findings';

jest.setTimeout(120_000);

const { fixture, agents, run } = agentsOnSample();

afterAll(() => fixture.close());

describe('the TESTING agent on a change', () => {
  const testOf = (name: string, body: string) => `test('${name}', () => { ${body} });\n`;
  const file = (...tests: string[]) =>
    `import { test } from 'node:test'; import assert from 'node:assert';\n${tests.join('')}`;
  const passes = testOf('passes', '');
  const old = testOf('old', 'assert.equal(1, 2);');

  const testChange = (
    before: Record<string, string>,
    after: Record<string, string | null>,
    project_id = 'compared',
    given: { readonly command?: string; readonly asked?: Partial<typeof input> } = {},
  ) => {
    const base = fixture.repository.commit(before);
    const commit = fixture.repository.commit(after);
    const tree = fixture.repository.git('rev-parse', 'HEAD^{tree}');
    return run(agents.testing(), {
      type: 'test',
      base,
      project: { ...project, project_id, commands: { test: given.command ?? 'node --test test/x.test.mjs' } },
      input: { ...input, ...given.asked, change: changeOf({ commit, tree }) },
    });
  };

  it('does not count a test that fails on the base as well', async () => {
    const { result } = await testChange(
      { 'test/x.test.mjs': file(passes, old) },
      { 'test/x.test.mjs': file('// moved down\n', passes, old) },
    );
    expect(result).toMatchObject({
      outcome: 'completed',
      tests: { failed: 0, failed_on_base: 1, passed: 1, exit_code: 1 },
      findings: [
        { code: 'test_failed_on_base', severity: 'medium', message: expect.stringContaining(sharedWithBase) },
      ],
    });
  });

  it('counts what only the change breaks, beside it', async () => {
    const { result } = await testChange(
      { 'test/x.test.mjs': file(passes, old) },
      { 'test/x.test.mjs': file(testOf('passes', 'assert.equal(3, 4);'), old) },
    );
    expect(result.tests).toMatchObject({ failed: 1, failed_on_base: 1 });
    expect(result.findings?.map(({ code, severity }) => [code, severity])).toEqual([
      ['tests_failed', 'high'],
      ['test_failed_on_base', 'medium'],
    ]);
  });

  it('counts a test that fails in another way than on the base', async () => {
    const { result } = await testChange(
      { 'test/x.test.mjs': file(passes, old) },
      { 'test/x.test.mjs': file(passes, testOf('old', 'undefined.x;')) },
    );
    expect(result.tests).toMatchObject({ failed: 1 });
    expect(result.findings).toMatchObject([
      { code: 'tests_failed', message: expect.stringContaining('TypeError') },
    ]);
  });

  it('brings the cause of a file that cannot be loaded, with its place', async () => {
    const { result } = await testChange(
      {
        'src/sum.mjs': 'export const sum = 1;\n',
        'test/x.test.mjs': `import '../src/sum.mjs';\n${file(passes)}`,
      },
      { 'src/sum.mjs': 'export const sum = (1));\n' },
    );
    expect(result.findings).toMatchObject([
      {
        code: 'tests_failed',
        file: 'src/sum.mjs',
        line: 1,
        message: expect.stringContaining("SyntaxError: Unexpected token ')'"),
      },
    ]);
  });

  it('compares with the base that it tested before, without testing it again', async () => {
    const files = { 'test/x.test.mjs': file(passes, old) };
    const base = fixture.repository.commit(files);
    const about = { ...project, project_id: 'kept', commands: { test: 'node --test test/x.test.mjs' } };
    await run(agents.testing(), { type: 'test', base, project: about, input });
    const commit = fixture.repository.commit({ 'README.md': 'changed\n' });
    const tree = fixture.repository.git('rev-parse', 'HEAD^{tree}');
    const change = changeOf({ commit, tree });
    const { result, steps } = await run(agents.testing(), {
      type: 'test',
      base,
      project: about,
      input: { ...input, change },
    });
    expect(result.tests).toMatchObject({ failed: 0, failed_on_base: 1 });
    expect(steps).not.toContain('running the tests of the base');
  });

  /** Counts the runs in one working copy, so that a test can fail in some of them. */
  const counting =
    "import { existsSync, readFileSync, writeFileSync } from 'node:fs';\nconst run = existsSync('runs') ? Number(readFileSync('runs', 'utf8')) + 1 : 1;\nwriteFileSync('runs', String(run));\n";

  const turns = ['one', 'two'].map((name, index) => testOf(name, `assert.notEqual(run % 2, ${index});`));
  const byTurns = { 'test/x.test.mjs': file(counting, passes, ...turns) };

  it('finds tests guilty that pass by turns since the change, so that no run passes', async () => {
    const { result } = await testChange({ 'test/x.test.mjs': file(passes) }, byTurns, 'by-turns-since');
    expect(result).toMatchObject({
      outcome: 'completed',
      tests: { total: 3, passed: 1, failed: 2, flaky: 0, exit_code: 1 },
      findings: [
        { code: 'tests_failed', message: expect.stringContaining('it passes in some runs') },
        { code: 'tests_failed' },
      ],
    });
  });

  it('finds no test guilty that passes by turns on the base as well', async () => {
    const { result } = await testChange(byTurns, { 'README.md': 'changed\n' }, 'by-turns');
    expect(result).toMatchObject({
      outcome: 'completed',
      tests: { total: 3, passed: 3, failed: 0, flaky: 2, exit_code: 1 },
      findings: [
        { code: 'flaky_tests', message: expect.stringMatching(/2 test\(s\).*: (?:one, two|two, one)\./) },
      ],
    });
  });

  it('knows a failure of the base that was seen in one of its runs only', async () => {
    const { result } = await testChange(
      { 'test/x.test.mjs': file(counting, passes, testOf('race', 'assert.notEqual(run, 1);')) },
      { 'test/x.test.mjs': file(passes, testOf('race', 'assert.notEqual(1, 1);')) },
      'race',
    );
    expect(result).toMatchObject({
      outcome: 'completed',
      tests: { failed: 0, failed_on_base: 1, passed: 1 },
    });
  });

  it('says the first real error where the runner finds no tests', async () => {
    const { result } = await testChange(
      { 'test/x.test.mjs': file(passes) },
      { 'test/x.test.mjs': null },
      'gone',
    );
    expect(result.findings).toMatchObject([
      {
        code: 'tests_empty',
        message: expect.stringMatching(/\(node, exit code 1\): Could not find 'test\/x\.test\.mjs'\.$/),
      },
    ]);
  });

  it('sends a change back for tests where neither side has any', async () => {
    const { result } = await testChange({ 'README.md': 'u\n' }, { 'README.md': 'v\n' }, 'empty', {
      command: 'node --test nothing/',
      asked: { request_text: 'Swap the operands', intent: 'FEATURE' },
    });
    expect(result).toMatchObject({
      outcome: 'completed',
      tests: { failed: 1 },
      findings: [{ code: 'tests_empty', severity: 'high', suggestion: expect.stringContaining('Add tests') }],
    });
  });

  it('ends where no test passes on either side and the request is not about them', async () => {
    const { result } = await testChange(
      { 'test/x.test.mjs': file(old) },
      { 'README.md': 'y\n' },
      'hopeless',
      { asked: { request_text: 'Add a function product', intent: 'FEATURE' } },
    );
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'no_test_passes', fault: 'project', message: expect.stringMatching(/old: .*1 == 2/) },
    });
  });

  it('goes on where the request is to mend the only test', async () => {
    const asked = { request_text: 'old is wrong', intent: 'DEBUG' } as const;
    const { result } = await testChange({ 'test/x.test.mjs': file(old) }, { 'README.md': 'z\n' }, 'hopeful', {
      asked,
    });
    expect(result).toMatchObject({ outcome: 'completed', tests: { failed: 0, failed_on_base: 1 } });
  });

  it('does not count a check after the tests that fails on the base as well', async () => {
    const { result } = await testChange(
      { 'test/x.test.mjs': file(passes), 'lint.mjs': "console.error('Error: too long'); process.exit(3);\n" },
      { 'README.md': 'w\n' },
      'checked',
      { command: 'node --test test/x.test.mjs && node lint.mjs' },
    );
    expect(result).toMatchObject({
      outcome: 'completed',
      tests: { failed: 0, failed_on_base: 1, passed: 1 },
      findings: [{ code: 'test_failed_on_base', message: expect.stringContaining('Error: too long') }],
    });
  });

  it('ends with the reason where the base cannot run either', async () => {
    const { result } = await testChange(
      {
        'package.json': '{"peerDependencies":{"left-out":"1.0.0"}}',
        'test/x.test.mjs': "import 'left-out';\n",
      },
      { 'README.md': 'x\n' },
      'cannot',
    );
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'dependencies_missing', fault: 'project' },
    });
  });
});

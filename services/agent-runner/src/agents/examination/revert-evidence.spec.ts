import type { TestSummary } from '@ymera/contracts';
import { agentsOnSample, changeOf, input, project } from '../../testing/agents-on-sample';

jest.setTimeout(120_000);

const { fixture, agents, base, run } = agentsOnSample();

afterAll(() => fixture.close());

const moreTests = {
  'src/greeting.mjs': 'export const greeting = (name) => `Hello ${name}`;\n',
  'test/greeting.test.mjs':
    "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { greeting } from '../src/greeting.mjs';\n\ntest('greets', () => {\n  assert.equal(greeting('Ada'), 'Hello Ada');\n});\n",
};

describe('ExaminationAgent on a revert', () => {
  const { repository } = fixture;
  const head = (): string => repository.git('rev-parse', 'HEAD');

  /** A commit with these files on top of `onto`. */
  function commit(onto: string, files: Record<string, string | null>): string {
    repository.git('checkout', '--quiet', onto);
    const made = repository.commit(files);
    repository.git('checkout', '--quiet', 'main');
    return made;
  }

  /** The result of `git revert` on top of `onto`. */
  function reverting(reverted: string, onto: string): string {
    repository.git('checkout', '--quiet', onto);
    repository.git('revert', '--no-edit', reverted);
    const made = head();
    repository.git('checkout', '--quiet', 'main');
    return made;
  }

  async function examined(change: string, onto: string, reverted?: string) {
    const tree = repository.git('rev-parse', `${change}^{tree}`);
    const parent = reverted === undefined ? '' : repository.git('rev-parse', `${reverted}^`);
    const tests: TestSummary = {
      tree,
      command: 'npm test',
      total: 6,
      passed: 6,
      failed: 0,
      skipped: 0,
      flaky: 0,
      duration_ms: 1,
      exit_code: 0,
    };
    const { result } = await run(agents.examination(), {
      type: 'validate',
      base: onto,
      project: { ...project, commands: { test: 'npm test' } },
      input: {
        ...input,
        intent: 'INTEGRATE',
        change: changeOf({ commit: change, tree }),
        tests,
        ...(reverted === undefined
          ? {}
          : {
              reverts: {
                change_id: '01936d00-0000-7000-8000-0000000000ff',
                base: parent,
                commit: reverted,
              },
            }),
      },
    });
    return result.verdict;
  }

  it('allows the removal of tests that the reverted change added, and shows it to the approver', async () => {
    const landed = commit(base, moreTests);
    const verdict = await examined(reverting(landed, landed), landed, landed);
    expect(verdict).toMatchObject({
      approved: true,
      findings: [
        {
          code: 'test_deleted',
          severity: 'medium',
          file: 'test/greeting.test.mjs',
          message: expect.stringContaining('part of the reverted change'),
        },
      ],
    });
  });

  it('rejects the same change when it is not declared as a revert, or as a revert of another change', async () => {
    const landed = commit(base, moreTests);
    const other = commit(landed, { 'README.md': 'changed\n' });
    const revert = reverting(landed, other);
    expect(await examined(revert, other)).toMatchObject({ approved: false });
    expect(await examined(revert, other, other)).toMatchObject({ approved: false });
  });

  it('allows the removal of these tests when the file was changed elsewhere since', async () => {
    const [first, second] = ['first', 'second'].map(
      (name) => `\ntest('${name}', () => {\n  assert.equal(greeting('${name}'), 'Hello ${name}');\n});\n`,
    );
    const file = 'test/greeting.test.mjs';
    const start = commit(base, moreTests);
    const text = moreTests[file];
    const landed = commit(start, { [file]: text.replace("\ntest('greets'", `${first}\ntest('greets'`) });
    const later = commit(landed, {
      [file]: text.replace("\ntest('greets'", `${first}\ntest('greets'`) + second,
    });
    const verdict = await examined(reverting(landed, later), later, landed);
    expect(verdict?.approved).toBe(true);
    expect(verdict?.findings.map(({ severity }) => severity)).not.toContain('high');
    expect(verdict?.findings.length).toBeGreaterThan(0);
  });

  it('rejects further removals in a declared revert', async () => {
    const landed = commit(base, { 'src/greeting.mjs': moreTests['src/greeting.mjs'] });
    const tests = repository.git('ls-tree', '-r', '--name-only', base).split('\n');
    const victim = tests.find((path) => path.endsWith('.test.mjs')) ?? '';
    const cheating = commit(landed, { 'src/greeting.mjs': null, [victim]: null });
    expect(await examined(cheating, landed, landed)).toMatchObject({
      approved: false,
      findings: [{ code: 'test_deleted', severity: 'high', file: victim }],
    });
  });

  it('rejects a file of the reverted change with more removals than the revert', async () => {
    const file = 'test/greeting.test.mjs';
    const start = commit(base, moreTests);
    const added = `${moreTests[file]}\ntest('more', () => {\n  assert.ok(greeting('Bob'));\n});\n`;
    const landed = commit(start, { [file]: added });
    const cheating = commit(landed, { [file]: null });
    expect(await examined(cheating, landed, landed)).toMatchObject({ approved: false });
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Ended, repositoryRoot, runNode } from './support/commands';
import { demo, releasePlatform, sharedPlatform, type SharedPlatform } from './support/platform';
import { git, Repositories } from './support/repositories';
import { type Journeys, journeysOn } from './support/journeys';
import { timelineOf } from './support/timeline';

type Body = Record<string, any>;

const fixLeak = 'Fix the memory leak in user service';
const sample = join(repositoryRoot, 'deploy/local/samples/user-service');
const memoryTest = 'test/memory.test.mjs';
/** The measurement in the message of a memory test, by a word of it. */
const lineOf = (words: string): number =>
  readFileSync(join(sample, memoryTest), 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(words)) + 1;

/** The shipped sample, by path. */
function userService(): Record<string, string> {
  const files = readdirSync(sample, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.map((file) => [relative(sample, file), readFileSync(file, 'utf8')]));
}

jest.setTimeout(240_000);

/**
 * Real: platform, agents, sandbox, git, tests. The coding command is `fixtures/coder.mjs`, which edits the code and gets
 * nothing but the task; the project's name selects its behaviour.
 */
// Mission: C2
describe('rework of rejected changes', () => {
  const repositories = new Repositories();
  let platform: SharedPlatform;
  let journeys: Journeys;
  let demonstrated: Promise<Ended>;

  beforeAll(async () => {
    platform = await sharedPlatform();
    journeys = journeysOn(platform);
    // As documented: the sample by its name. The command is the runner's own, which runs already.
    demonstrated = demo(platform, ['--sample', 'user-service', '--exec', 'node coder.mjs'], 200_000);
    demonstrated.catch(() => undefined); // told by the test that waits for it
    await journeys.start('cheat', repositories.create('cheat', userService()), fixLeak);
  }, 150_000);

  afterAll(async () => {
    repositories.remove();
    await releasePlatform();
  });

  /** The memory test of a commit, run by hand: its exit code. */
  const measured = async (repository: string, commit: string): Promise<number | null> => {
    const copy = repositories.path(`by-hand-${commit}`);
    git(repository, 'clone', '--quiet', repository, copy);
    git(copy, 'checkout', '--quiet', commit);
    const ended = await runNode(['--test', join(copy, memoryTest)], { PATH: process.env['PATH'] }, 60_000);
    return ended.code;
  };

  /** The reasons for which the work was sent back to the coder, in order. */
  const rejections = async (requestId: string): Promise<Body[]> =>
    (await timelineOf(platform, requestId))
      .filter(({ type, data }) => type.startsWith('orchestrator.step.changed.') && data['name'] === 'fix')
      .map(({ data }) => data)
      .filter(({ findings }) => (findings ?? []).length > 0);

  it('sends an incomplete fix back with the lines that still leak, and lands the second attempt', async () => {
    const ended = await demonstrated;
    const result = ended.json();
    expect([ended.code, result['error']]).toEqual([0, undefined]);
    const { request_id, workflow_id, repo, commit, tree, tests, verdict, change, before_after } = result;
    expect(result).toMatchObject({ intent: 'DEBUG', state: 'completed' });
    expect([tests.tree, verdict.tree, change.tree, git(repo, 'rev-parse', `${commit}^{tree}`)]).toEqual([
      tree,
      tree,
      tree,
      tree,
    ]);
    const workflow = await journeys.workflowOf({ workflow_id });
    expect(journeys.attempts(workflow)).toEqual({ analyse: 1, baseline: 1, fix: 2, test: 2, validate: 2 });

    const [rejected, ...others] = await rejections(request_id);
    expect(others).toEqual([]);
    // The tests fail on the base as well, so the change did not break them; but it is an incomplete fix.
    expect(rejected?.['reason']).toMatch(/^validate sent it back \(verdict_rejected, cause change\)/);
    const unfixed = (rejected?.['findings'] as Body[]).filter(({ code }) => code === 'fix_without_effect');
    expect(unfixed).toMatchObject(
      ['has expired`', 'asked for too late`', 'removed user`'].map((words) => ({
        severity: 'high',
        file: memoryTest,
        line: lineOf(words),
        evidence: expect.stringMatching(/\d{3} bytes stay/),
      })),
    );
    expect(ended.stderr).toContain(`(${memoryTest}:${lineOf('has expired`')})`);

    expect(before_after.before_retained_bytes).toBeGreaterThan(200);
    expect(before_after.after_retained_bytes).toBeLessThan(100);
    expect(await measured(repo, workflow['base'])).toBe(1);
    expect(await measured(repo, commit)).toBe(0);
  });

  it('a fix of the test instead of the fault is rejected by the examination, with the line of the test', async () => {
    const { request, repository, ...settled } = await journeys.journey('cheat');
    const workflow = await journeys.landed(settled, repository);
    expect(journeys.attempts(workflow)).toEqual({ analyse: 1, baseline: 1, fix: 2, test: 2, validate: 2 });

    const [rejected] = await rejections(request['request_id']);
    expect(rejected?.['reason']).toMatch(/^validate sent it back \(verdict_rejected, cause change\)/);
    expect(rejected?.['findings']).toContainEqual(
      expect.objectContaining({
        code: 'failing_test_changed',
        severity: 'high',
        file: memoryTest,
        line: lineOf('signed out`'),
        evidence: expect.stringMatching(/\d{3} bytes stay/),
      }),
    );
    expect(git(repository, 'diff', '--name-only', 'refs/heads/main~1', 'refs/heads/main')).toBe(
      'src/session-store.mjs',
    );
    expect(await measured(repository, workflow['result'].landed.commit)).toBe(0);
  });
});

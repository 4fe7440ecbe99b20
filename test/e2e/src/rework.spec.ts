import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { eventually } from '@ymera/testing';
import { type Ended, repositoryRoot, runNode } from './support/commands';
import { call, demo, type RunningPlatform, startTestPlatform } from './support/platform';
import { git, Repositories, workingProject } from './support/repositories';
import { submit } from './support/requests';
import { timelineOf } from './support/timeline';

type Body = Record<string, any>;

/** The end of a request, or its pending escalation. */
interface Settled {
  readonly ended?: Body;
  readonly escalation?: Body;
}
interface Journey extends Settled {
  readonly request: Body;
  readonly repository: string;
}

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

const wrongSum = {
  ...workingProject,
  'src/sum.mjs': 'export const sum = (numbers) => numbers.reduce((all, number) => all - number, 0);\n',
};

jest.setTimeout(240_000);

/**
 * Real: platform, agents, sandbox, git, tests. The coding command is `fixtures/coder.mjs`, which edits the code and gets
 * nothing but the task; the project's name selects its behaviour.
 */
// Mission: C2
describe('rework of rejected changes', () => {
  const repositories = new Repositories();
  let platform: RunningPlatform;
  let demonstrated: Promise<Ended>;

  beforeAll(async () => {
    platform = await startTestPlatform({
      instance: 'e2e-rework',
      runner: {
        agents: ['testing', 'examination', 'command'],
        command: 'node coder.mjs',
        commandFolder: join(repositoryRoot, 'test/e2e/fixtures'),
      },
      env: {
        // Only the machine may be slow: retries come from rejections.
        YMERA_TASK_LEASE_SECONDS: '30',
        YMERA_TASK_OFFER_SECONDS: '30',
        YMERA_TASK_TIMEOUT_SECONDS: '120',
        YMERA_RUNNER_CONCURRENCY: '3',
      },
    });
    // As documented: the sample by its name. The command is that of the running runner.
    demonstrated = demo(platform, ['--sample', 'user-service', '--exec', 'node coder.mjs'], 200_000);
    demonstrated.catch(() => undefined); // reported by the test that waits for it
    for (const [projectId, files, text] of [
      ['cheat', userService(), fixLeak],
      ['stubborn-retry', wrongSum, 'Fix the wrong sum'],
      ['stubborn-take-over', wrongSum, 'Fix the wrong sum'],
      ['stubborn-abandon', wrongSum, 'Fix the wrong sum'],
    ] as const) {
      const repository = await register(projectId, repositories.create(projectId, files));
      const going = begin(projectId, repository, text);
      going.catch(() => undefined);
      journeys.set(projectId, going);
    }
  }, 150_000);

  afterAll(async () => {
    await platform?.stop();
    repositories.remove();
  }, 30_000);

  const register = async (projectId: string, source: string): Promise<string> => {
    const { status, body } = await call(platform, 'admin', 'POST', '/api/v1/projects', {
      project_id: projectId,
      source,
    });
    expect([status, body['code']]).toEqual([201, undefined]);
    return body['repository'];
  };

  const pending = async (requestId: string): Promise<Body[]> =>
    (await call(platform, 'approver', 'GET', `/api/v1/approvals?request_id=${requestId}&state=pending`)).body[
      'items'
    ];

  const decide = async (approval: Body, decision: Body): Promise<void> => {
    const { status, body } = await call(
      platform,
      'approver',
      'POST',
      `/api/v1/approvals/${approval['approval_id']}/decision`,
      { subject_digest: approval['subject_digest'], ...decision },
    );
    expect([status, body['code']]).toEqual([200, undefined]);
  };

  /** All requests start at once and run concurrently; each test waits for its own. */
  const journeys = new Map<string, Promise<Journey>>();

  const begin = async (projectId: string, repository: string, text: string): Promise<Journey> => {
    const { body } = await submit(platform, projectId, text);
    return { request: body, repository, ...(await untilSettled(body['request_id'])) };
  };

  const journey = async (projectId: string): Promise<Journey> => {
    const found = await journeys.get(projectId);
    if (!found) throw new Error(`no journey of ${projectId}`);
    return found;
  };

  /** Approves plans and landings until the request has ended or an escalation is pending. */
  const untilSettled = (requestId: string): Promise<Settled> =>
    eventually(
      async () => {
        for (const approval of await pending(requestId)) {
          if (approval['kind'] === 'escalation') return { escalation: approval };
          await decide(approval, { decision: 'approved' });
        }
        const { body } = await call(platform, 'requester', 'GET', `/api/v1/requests/${requestId}`);
        if (body['state'] === 'running') throw new Error('still running');
        return { ended: body };
      },
      { timeoutMs: 180_000, intervalMs: 100 },
    );

  const workflowOf = async (requestBody: Body): Promise<Body> =>
    (await call(platform, 'viewer', 'GET', `/api/v1/workflows/${requestBody['workflow_id']}`)).body;

  /** Ended as landed, and the landed tree is the tested and examined one. */
  const landed = async ({ ended = {}, escalation }: Settled, repository: string): Promise<Body> => {
    expect([escalation, ended['state'], ended['error']]).toEqual([undefined, 'completed', null]);
    const workflow = await workflowOf(ended);
    const { result } = workflow;
    const tree = git(repository, 'rev-parse', 'refs/heads/main^{tree}');
    expect([result.landed.tree, result.tests.tree, result.verdict.tree, result.change.tree]).toEqual([
      tree,
      tree,
      tree,
      tree,
    ]);
    expect(result.landed.commit).toBe(git(repository, 'rev-parse', 'refs/heads/main'));
    return workflow;
  };

  const attempts = ({ steps }: Body): Body =>
    Object.fromEntries(
      (steps as Body[]).flatMap(({ name, kind, attempts: tries }) =>
        kind === 'task' ? [[name, tries]] : [],
      ),
    );

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
    const workflow = await workflowOf({ workflow_id });
    expect(attempts(workflow)).toEqual({ analyse: 1, baseline: 1, fix: 2, test: 2, validate: 2 });

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

  it('rejects a change of the test instead of the defect, with the line of the test', async () => {
    const { request, repository, ...settled } = await journey('cheat');
    const workflow = await landed(settled, repository);
    expect(attempts(workflow)).toEqual({ analyse: 1, baseline: 1, fix: 2, test: 2, validate: 2 });

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

  describe('after the maximum number of rounds', () => {
    const escalated = async (option: string): Promise<Body & { readonly repository: string }> => {
      const { ended, escalation, repository } = await journey(`stubborn-${option}`);
      expect(ended).toBeUndefined();
      return { ...escalation, repository };
    };

    /** The details of the workflow for operators. */
    const alertOf = async (workflowId: string): Promise<Body | undefined> => {
      const { body } = await call(platform, 'viewer', 'GET', '/api/v1/alerts?state=all&limit=100');
      return (body['items'] as Body[]).find(({ link }) => link === `/api/v1/workflows/${workflowId}`);
    };

    it('escalates with the findings and their places, serves the last change, and lands nothing', async () => {
      for (const option of ['retry', 'take-over', 'abandon']) {
        const { repository, ...approval }: Body = await escalated(option);
        expect(approval).toMatchObject({
          kind: 'escalation',
          escalation: {
            step_id: 'validate',
            rounds: 2,
            findings: expect.arrayContaining([
              expect.objectContaining({
                code: 'fix_without_effect',
                file: 'test/sum.test.mjs',
                line: 6,
                evidence: expect.any(String),
              }),
            ]),
          },
        });
        const { change } = approval['escalation'];
        expect(git(repository, 'rev-parse', 'refs/heads/main')).toBe(change.base);
        const copy = repositories.path(`fetched-${option}`);
        git(repository, 'clone', '--quiet', repository, copy);
        git(copy, 'fetch', '--quiet', 'origin', `refs/ymera/changes/${change.change_id}`);
        expect(git(copy, 'rev-parse', 'FETCH_HEAD^{tree}')).toBe(change.tree);
        // Two rounds of findings have reached the command: it writes their number into the code.
        expect(git(copy, 'show', 'FETCH_HEAD:src/sum.mjs')).toContain('// looked at, 2 finding(s)');
      }
    });

    it('lands after retry, one more round with the person’s note among the findings', async () => {
      const { repository, ...approval }: Body = await escalated('retry');
      await decide(approval, {
        option: 'retry',
        reason: 'replace `all - number` by `all + number` in src/sum.mjs',
      });
      const workflow = await landed(await untilSettled(approval['request_id']), repository);
      expect(workflow['workflow_id']).toBe(approval['workflow_id']);
      expect(attempts(workflow)).toEqual({ analyse: 1, baseline: 1, fix: 4, test: 4, validate: 4 });
    });

    it('ends the request after take_over and names the commit to continue from', async () => {
      const { repository, request_id, escalation, ...approval }: Body = await escalated('take-over');
      await decide(approval, { option: 'take_over', reason: 'I know what it is.' });
      const { ended } = await untilSettled(request_id);
      expect(ended).toMatchObject({ state: 'failed', error: { code: 'taken_over' } });
      expect(ended?.['error'].message).toContain(escalation.change.commit);
      expect(git(repository, 'rev-parse', 'refs/heads/main')).toBe(escalation.change.base);
    });

    it('ends the request after abandon with the error of the rejected rounds', async () => {
      const { repository, request_id, workflow_id, escalation, ...approval }: Body =
        await escalated('abandon');
      await eventually(async () =>
        expect(await alertOf(workflow_id)).toMatchObject({
          kind: 'workflow_escalated',
          severity: 'critical',
          state: 'open',
        }),
      );
      await decide(approval, { option: 'abandon' });
      await eventually(async () => expect(await alertOf(workflow_id)).toMatchObject({ state: 'resolved' }));
      const { ended } = await untilSettled(request_id);
      expect(ended).toMatchObject({ state: 'failed', error: { code: 'rework_exhausted' } });
      expect(git(repository, 'rev-parse', 'refs/heads/main')).toBe(escalation.change.base);
      const told = (await timelineOf(platform, request_id)).filter(({ type }) =>
        type.startsWith('orchestrator.workflow.escalated.'),
      );
      expect(told).toMatchObject([
        {
          data: {
            rounds: 2,
            findings: expect.arrayContaining([
              expect.objectContaining({ file: 'test/sum.test.mjs', line: 6 }),
            ]),
          },
        },
      ]);
    });
  });
});

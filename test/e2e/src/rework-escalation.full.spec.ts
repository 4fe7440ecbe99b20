import { eventually } from '@ymera/testing';
import { call, releasePlatform, sharedPlatform, type SharedPlatform } from './support/platform';
import { git, Repositories, workingProject } from './support/repositories';
import { type Journeys, journeysOn } from './support/journeys';
import { timelineOf } from './support/timeline';

type Body = Record<string, any>;

const options = ['retry', 'take-over', 'abandon'] as const;
const wrongSum = {
  ...workingProject,
  'src/sum.mjs': 'export const sum = (numbers) => numbers.reduce((all, number) => all - number, 0);\n',
};

jest.setTimeout(240_000);

/** Real: platform, agents, sandbox, git, tests. The coder of `fixtures/coder.mjs` does nothing that would help. */
describe('work that is rejected as often as the plan allows, so that a person decides', () => {
  const repositories = new Repositories();
  let platform: SharedPlatform;
  let journeys: Journeys;

  beforeAll(async () => {
    platform = await sharedPlatform();
    journeys = journeysOn(platform);
    for (const option of options) {
      const project = `stubborn-${option}`;
      await journeys.start(project, repositories.create(project, wrongSum), 'Fix the wrong sum');
    }
  }, 150_000);

  afterAll(async () => {
    repositories.remove();
    await releasePlatform();
  });

  const escalated = async (option: string): Promise<Body & { readonly repository: string }> => {
    const { ended, escalation, repository } = await journeys.journey(`stubborn-${option}`);
    expect(ended).toBeUndefined();
    return { ...escalation, repository };
  };

  /** What operators are told of the run. */
  const alertOf = async (workflowId: string): Promise<Body | undefined> => {
    const { body } = await call(platform, 'viewer', 'GET', '/api/v1/alerts?state=all&limit=100');
    return (body['items'] as Body[]).find(({ link }) => link === `/api/v1/workflows/${workflowId}`);
  };

  it('each waits with what was rejected and where, its last change can be fetched, and nothing has landed', async () => {
    for (const option of options) {
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
      // Two rounds of findings have reached the command: it writes down how many.
      expect(git(copy, 'show', 'FETCH_HEAD:src/sum.mjs')).toContain('// looked at, 2 finding(s)');
    }
  });

  it('retry: one more round, with the person’s note among the findings, lands', async () => {
    const { repository, ...approval }: Body = await escalated('retry');
    await journeys.decide(approval, {
      option: 'retry',
      reason: 'replace `all - number` by `all + number` in src/sum.mjs',
    });
    const workflow = await journeys.landed(await journeys.untilSettled(approval['request_id']), repository);
    expect(workflow['workflow_id']).toBe(approval['workflow_id']);
    expect(journeys.attempts(workflow)).toEqual({ analyse: 1, baseline: 1, fix: 4, test: 4, validate: 4 });
  });

  it('take over: the request ends, and names the commit to go on from', async () => {
    const { repository, request_id, escalation, ...approval }: Body = await escalated('take-over');
    await journeys.decide(approval, { option: 'take_over', reason: 'I know what it is.' });
    const { ended } = await journeys.untilSettled(request_id);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'taken_over' } });
    expect(ended?.['error'].message).toContain(escalation.change.commit);
    expect(git(repository, 'rev-parse', 'refs/heads/main')).toBe(escalation.change.base);
  });

  it('abandon: the request ends as one that was sent back too often', async () => {
    const { repository, request_id, workflow_id, escalation, ...approval }: Body = await escalated('abandon');
    await eventually(async () =>
      expect(await alertOf(workflow_id)).toMatchObject({
        kind: 'workflow_escalated',
        severity: 'critical',
        state: 'open',
      }),
    );
    await journeys.decide(approval, { option: 'abandon' });
    await eventually(async () => expect(await alertOf(workflow_id)).toMatchObject({ state: 'resolved' }));
    const { ended } = await journeys.untilSettled(request_id);
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'rework_exhausted' } });
    expect(git(repository, 'rev-parse', 'refs/heads/main')).toBe(escalation.change.base);
    const told = (await timelineOf(platform, request_id)).filter(({ type }) =>
      type.startsWith('orchestrator.workflow.escalated.'),
    );
    expect(told).toMatchObject([
      {
        data: {
          rounds: 2,
          findings: expect.arrayContaining([expect.objectContaining({ file: 'test/sum.test.mjs', line: 6 })]),
        },
      },
    ]);
  });
});

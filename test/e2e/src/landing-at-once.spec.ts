import { eventually } from '@ymera/testing';
import { call, releasePlatform, sharedPlatform, type SharedPlatform } from './support/platform';
import { git, Repositories, workingProject } from './support/repositories';
import { submit } from './support/requests';

type Body = Record<string, any>;

const requests = 5;
/** A separate module for each request. */
const addModule = `id=$(sed -n 's/.*"request_id" *: *"\\([0-9a-f-]*\\)".*/\\1/p' | head -n 1)
echo "export const request = '$id';" > "src/request-$id.mjs"
`;

jest.setTimeout(280_000);

/** Real: platform, agents, sandbox, git, tests. */
describe('concurrent landings in one project', () => {
  const repositories = new Repositories();
  let platform: SharedPlatform;

  beforeAll(async () => {
    platform = await sharedPlatform();
  }, 150_000);
  afterAll(async () => {
    repositories.remove();
    await releasePlatform();
  });

  const approveAll = async (requestIds: readonly string[]): Promise<void> => {
    const { body } = await call(platform, 'approver', 'GET', '/api/v1/approvals?state=pending&limit=100');
    for (const { approval_id, subject_digest, kind, request_id } of body['items'] as Body[]) {
      if (!requestIds.includes(request_id)) continue;
      expect(kind).not.toBe('escalation');
      await call(platform, 'approver', 'POST', `/api/v1/approvals/${approval_id}/decision`, {
        subject_digest,
        decision: 'approved',
      });
    }
  };

  // Mission: E4
  it('all land one after the other, each with the tree that was tested, examined and approved', async () => {
    const source = repositories.create('busy', workingProject, addModule);
    const project = await call(platform, 'admin', 'POST', '/api/v1/projects', { project_id: 'busy', source });
    expect(project.status).toBe(201);
    const submitted = await Promise.all(
      Array.from({ length: requests }, () => submit(platform, 'busy', 'Fix the wrong sum')),
    );
    const ids = submitted.map(({ body }) => String(body['request_id']));

    const ended = await eventually(
      async () => {
        await approveAll(ids);
        const found = await Promise.all(
          ids.map(async (id) => (await call(platform, 'viewer', 'GET', `/api/v1/requests/${id}`)).body),
        );
        const running = found.filter(({ state }) => state === 'running');
        if (running.length > 0) throw new Error(`${running.length} still run`);
        return found;
      },
      { timeoutMs: 240_000, intervalMs: 200 },
    );
    expect(ended.map(({ state, error }) => [state, error])).toEqual(ids.map(() => ['completed', null]));

    const repository = project.body['repository'];
    const workflows = await Promise.all(
      ended.map(
        async ({ workflow_id }) =>
          (await call(platform, 'viewer', 'GET', `/api/v1/workflows/${workflow_id}`)).body,
      ),
    );
    const history = git(
      repository,
      'log',
      '--reverse',
      '--format=%H %T',
      `${git(source, 'rev-parse', 'HEAD')}..main`,
    );
    const landed = workflows.map(({ result }) => {
      expect([result.tests.tree, result.verdict.tree]).toEqual([result.landed.tree, result.landed.tree]);
      return `${result.landed.commit} ${result.landed.tree}`;
    });
    expect(history.split('\n').sort()).toEqual(landed.sort());
    const files = git(repository, 'ls-tree', '--name-only', 'main:src').split('\n');
    for (const id of ids) expect(files).toContain(`request-${id}.mjs`);
    // All but one were overtaken and rebased, with a reason that names the landing.
    const reasons = workflows.flatMap(({ steps }) =>
      (steps as Body[]).flatMap((step) => step['reasons'] as string[]),
    );
    expect(reasons.some((reason) => reason.startsWith('Another change landed first'))).toBe(true);
  });
});

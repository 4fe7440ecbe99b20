import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditLog } from './support/audit-log';
import { call, releasePlatform, sharedPlatform, type SharedPlatform } from './support/platform';
import { git, Repositories, workingProject } from './support/repositories';
import { approveUntilEnded, submit } from './support/requests';

type Body = Record<string, any>;

/** A module with a test for each request. */
const addModule = `id=$(sed -n 's/.*"request_id" *: *"\\([0-9a-f-]*\\)".*/\\1/p' | head -n 1)
echo "export const request = '$id';" > "src/request-$id.mjs"
cat > "test/request-$id.test.mjs" <<END
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { request } from '../src/request-$id.mjs';

test('is named', () => {
  assert.equal(request, '$id');
});
END
`;
const fix = 'Fix the wrong sum';

jest.setTimeout(280_000);

/** Real: platform, agents, sandbox, git, tests. */
describe('a project with an active upstream', () => {
  const repositories = new Repositories();
  let platform: SharedPlatform;
  /** A person's working copy of `upstream`, which the project is registered from. */
  let person: string;
  let upstream: string;
  let project: Body;

  beforeAll(async () => {
    platform = await sharedPlatform();
    person = repositories.create('person', workingProject, addModule);
    upstream = repositories.path('upstream.git');
    git(person, 'clone', '--quiet', '--bare', person, upstream);
    git(person, 'remote', 'add', 'origin', upstream);
    const made = await call(platform, 'admin', 'POST', '/api/v1/projects', {
      project_id: 'followed',
      source: upstream,
    });
    expect([made.status, made.body['upstream']]).toMatchObject([201, { state: 'in_step', push: 'off' }]);
    const set = await call(platform, 'admin', 'PATCH', '/api/v1/projects/followed', { push: 'branch' });
    expect([set.status, set.body['upstream']]).toMatchObject([200, { push: 'branch' }]);
    project = set.body;
  }, 150_000);
  afterAll(async () => {
    repositories.remove();
    await releasePlatform();
  });

  const upstreamHead = (): string => git(upstream, 'rev-parse', 'main');
  const workflowOf = async ({ workflow_id }: Body): Promise<Body> =>
    (await call(platform, 'viewer', 'GET', `/api/v1/workflows/${workflow_id}`)).body;

  function pushed(file: string): string {
    git(person, 'pull', '--quiet', '--rebase', 'origin', 'main');
    writeFileSync(join(person, file), 'theirs\n');
    git(person, 'add', file);
    git(person, 'commit', '--quiet', '--message', `Add ${file}`);
    git(person, 'push', '--quiet', 'origin', 'HEAD:main');
    return git(person, 'rev-parse', 'HEAD');
  }

  async function landed(requestId: string): Promise<Body> {
    const { request } = await approveUntilEnded(platform, requestId, 200_000);
    expect([request['state'], request['error']]).toEqual(['completed', null]);
    const workflow = await workflowOf(request);
    const { commit, tree } = workflow['result'].landed;
    expect([workflow['result'].tests.tree, workflow['result'].verdict.tree]).toEqual([tree, tree]);
    expect([upstreamHead(), git(project['repository'], 'rev-parse', 'main')]).toEqual([commit, commit]);
    return workflow;
  }

  // Mission: E6
  it('plans on new upstream commits, pushes landed changes, and reverts one', async () => {
    const first = await landed((await submit(platform, 'followed', fix)).body['request_id']);

    const theirs = pushed('meanwhile.txt');
    const submitted = (await submit(platform, 'followed', fix)).body;
    const waiting = await call(platform, 'viewer', 'GET', '/api/v1/projects/followed');
    expect(waiting.body).toMatchObject({ head: theirs, upstream: { state: 'in_step', head: theirs } });
    // Another push arrives while the agents work on the previous head.
    const later = pushed('later.txt');
    const second = await landed(submitted['request_id']);
    const reasons = (second['steps'] as Body[]).flatMap((step) => step['reasons'] as string[]);
    expect(reasons).toContainEqual(expect.stringMatching(`^Another change landed first.*${later}`));
    const files = git(upstream, 'ls-tree', '-r', '--name-only', 'main').split('\n');
    expect(files).toEqual(expect.arrayContaining(['meanwhile.txt', 'later.txt']));
    expect(git(upstream, 'log', '--format=%H', 'main').split('\n')).toEqual(
      expect.arrayContaining([first['result'].landed.commit, theirs, later]),
    );

    const { change } = second['result'];
    const answer = await call(platform, 'requester', 'POST', `/api/v1/changes/${change.change_id}/revert`, {
      reason: 'It was not wanted.',
    });
    expect([answer.status, answer.body]).toMatchObject([
      202,
      { intent: 'INTEGRATE', state: 'running', text: expect.stringContaining('It was not wanted.') },
    ]);
    const revert = await landed(answer.body['request_id']);
    expect(revert['result'].landed.tree).toBe(git(upstream, 'rev-parse', `${later}^{tree}`));
    expect(revert['result'].change.agent_id).toBe('integration');
    const again = await call(platform, 'requester', 'POST', `/api/v1/changes/${change.change_id}/revert`, {});
    expect([again.status, again.body['code']]).toEqual([409, 'already_reverted']);

    const types = (await auditLog(platform)).map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['integration.project.updated.v1', 'integration.project.synced.v1']),
    );
  });
});

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ended } from './support/commands';
import { call, demo, releasePlatform, sharedPlatform, type SharedPlatform } from './support/platform';
import { git, Repositories, workingProject } from './support/repositories';

const fix = 'Fix the wrong sum';

jest.setTimeout(120_000);

describe('bad input', () => {
  const repositories = new Repositories();
  let platform: SharedPlatform;
  /** Those that this file has made. */
  const workflowIds = new Set<string>();

  beforeAll(async () => {
    platform = await sharedPlatform();
  }, 120_000);

  afterAll(async () => {
    repositories.remove();
    await releasePlatform();
  });

  const demonstrated = async (...args: readonly string[]): Promise<Ended> => {
    const ended = await demo(platform, args);
    const { workflow_id: workflowId } = ended.json();
    if (workflowId) workflowIds.add(String(workflowId));
    return ended;
  };

  /** Rejected with this code, and the repository is unchanged. */
  const refused = async (
    repo: string,
    args: readonly string[],
    code: string,
    exitCode = 1,
  ): Promise<Record<string, any>> => {
    const head = existsSync(join(repo, '.git')) ? git(repo, 'for-each-ref') : '';
    const ended = await demonstrated('--repo', repo, ...args);
    const result = ended.json();
    // The whole error in one assertion, so that an unexpected error is shown completely.
    expect([ended.code, result['error']]).toEqual([
      exitCode,
      expect.objectContaining({ code, message: expect.stringMatching(/\S+ \S+/) }),
    ]);
    expect(result['state']).toBe('failed');
    expect(result['commit'] ?? null).toBeNull();
    if (head !== '') expect(git(repo, 'for-each-ref')).toBe(head);
    return result;
  };

  it('rejects a path that is no repository with repo_not_found', async () => {
    await refused(repositories.path('nowhere'), ['--request', fix], 'repo_not_found');
  });

  it('rejects a blank text with request_empty', async () => {
    await refused(repositories.create('empty-request', workingProject), ['--request', '  '], 'request_empty');
  });

  it('rejects a project without tests with no_tests', async () => {
    await refused(repositories.create('no-tests', { 'a.txt': 'a\n' }), ['--request', fix], 'no_tests');
  });

  // Mission: C3
  it('asks one question about an unclear text and exits with 2', async () => {
    const ended = await demonstrated(
      '--repo',
      repositories.create('unclear', workingProject),
      '--request',
      'the thing',
    );
    const result = ended.json();
    expect(ended.code).toBe(2);
    expect(result).toMatchObject({
      state: 'input_required',
      question: expect.stringMatching(/\?/),
      error: { code: 'intent_unknown' },
      commit: null,
    });
  });

  it('ends with agent_failed when the command fails', async () => {
    const result = await refused(
      repositories.create('fails', workingProject, 'echo no idea >&2; exit 3\n'),
      ['--request', fix],
      'agent_failed',
    );
    expect(result['error'].message).toContain('3');
  });

  it('ends with command_missing when the command starts a program that does not exist', async () => {
    await refused(
      repositories.create('cannot-start', workingProject, 'exec ./no-such-tool\n'),
      ['--request', fix],
      'command_missing',
    );
  });

  it('ends with change_empty when the command changes nothing', async () => {
    await refused(
      repositories.create('nothing', workingProject, 'true\n'),
      ['--request', fix],
      'change_empty',
    );
  });

  it.each([
    ['an absolute symlink', 'ln -s /etc/passwd src/users.txt\n'],
    ['a symlink that climbs out', 'ln -s ../../../outside src/up.txt\n'],
    ['a file beside the working copy', 'echo x > ../beside.txt; echo "// y" >> src/sum.mjs\n'],
    ['a system file', 'echo x > /etc/ymera-e2e-outside; echo "// y" >> src/sum.mjs\n'],
    ['a file in the home folder', 'echo x > "$HOME/ymera-e2e-outside"; echo "// y" >> src/sum.mjs\n'],
    ['a file left in /tmp', 'echo x > /tmp/ymera-e2e-outside; echo "// y" >> src/sum.mjs\n'],
  ])('ends with change_outside and writes nothing for %s', async (name, change) => {
    await refused(
      repositories.create(name.replaceAll(/\W/g, '-'), workingProject, change),
      ['--request', fix],
      'change_outside',
    );
    for (const path of [
      '/etc/ymera-e2e-outside',
      '/tmp/ymera-e2e-outside',
      join(process.env['HOME'] ?? '/root', 'ymera-e2e-outside'),
    ])
      expect(existsSync(path)).toBe(false);
  });

  it('does not land a change that breaks the tests', async () => {
    const breaking = "echo 'export const sum = () => 0;' > src/sum.mjs\n";
    const result = await refused(
      repositories.create('breaks', workingProject, breaking),
      ['--request', fix],
      'rework_exhausted',
    );
    // The escalation asks a person; without a terminal the demo abandons it and reports that.
    expect(result['approvals'].at(-1)).toMatchObject({
      kind: 'escalation',
      option: 'abandon',
      decision: 'denied',
      by_policy: true,
    });
  });

  it('uses HEAD of a dirty repository and names the dirty files, and refuses it with --land', async () => {
    const repo = repositories.create('dirty', workingProject, "echo '// better' >> src/sum.mjs\n");
    writeFileSync(join(repo, 'src', 'sum.mjs'), 'broken(\n');
    await refused(repo, ['--request', fix, '--land'], 'repo_dirty');
    const ended = await demonstrated('--repo', repo, '--request', fix);
    const result = ended.json();
    expect([ended.code, result['error']]).toEqual([0, undefined]);
    expect(result).toMatchObject({ state: 'completed', dirty_files: ['src/sum.mjs'] });
    expect(git(result['repo'], 'show', `${result['commit']}:src/sum.mjs`)).toContain('// better');
  }, 120_000);

  it('fetches the result into a new branch with --land and changes nothing else', async () => {
    const repo = repositories.create('lands', workingProject, "echo '// better' >> src/sum.mjs\n");
    const before = git(repo, 'for-each-ref');
    const ended = await demonstrated('--repo', repo, '--request', fix, '--land');
    const result = ended.json();
    expect([ended.code, result['error']]).toEqual([0, undefined]);
    const branch = `refs/heads/ymera/${result['request_id']}`;
    expect(git(repo, 'rev-parse', branch)).toBe(result['commit']);
    expect(git(repo, 'rev-parse', `${branch}^{tree}`)).toBe(result['verdict'].tree);
    expect(
      git(repo, 'for-each-ref')
        .split('\n')
        .filter((line) => !line.endsWith(branch))
        .join('\n'),
    ).toBe(before);
    expect(git(repo, 'status', '--porcelain')).toBe('');
  }, 120_000);

  it('leaves no agent at work', async () => {
    expect(workflowIds.size).toBeGreaterThan(0);
    const { body } = await call(platform, 'viewer', 'GET', '/api/v1/workflows?state=running&limit=100');
    const running = (body['items'] as { workflow_id: string }[]).map(({ workflow_id }) => workflow_id);
    expect(running.filter((id) => workflowIds.has(id))).toEqual([]);
  });
});

import { projectRegistered } from '@ymera/contracts';
import { existsSync, readdirSync } from 'node:fs';
import { sampleSource, SourceRepository } from '../testing/git-fixture';
import { admin, IntegrationEnvironment } from '../testing/integration-environment';

// Each git command is a process.
jest.setTimeout(30_000);

describe('RegisterProject (real git, stores in memory)', () => {
  let environment: IntegrationEnvironment;
  let source: SourceRepository;
  beforeEach(() => {
    environment = new IntegrationEnvironment();
    source = sampleSource();
  });
  afterEach(() => {
    expect(readdirSync(environment.layout.incoming)).toEqual([]);
    environment.remove();
    source.remove();
  });

  const register = (over: object = {}) =>
    environment.register.execute({ project_id: 'sample', source: source.path, actor: admin, ...over });

  it('copies the repository, records the project and publishes an event', async () => {
    const head = source.git('rev-parse', 'HEAD');
    expect(await register({ name: 'Sample' })).toEqual({
      ok: true,
      value: {
        project_id: 'sample',
        name: 'Sample',
        repository: environment.repositories.pathOf('sample'),
        default_branch: 'main',
        head,
        commands: { test: 'npm test' },
        performance: {},
        created_at: '2026-06-01T00:00:00.000Z',
        upstream: {
          source: source.path,
          state: 'in_step',
          checked_at: '2026-06-01T00:00:00.000Z',
          head,
          ahead: 0,
          behind: 0,
          push: 'off',
          require_fresh: false,
        },
      },
    });
    expect(environment.memory.outbox.payloads(projectRegistered)).toEqual([
      {
        project_id: 'sample',
        default_branch: 'main',
        head,
        commands: { test: 'npm test' },
        registered_by: 'root',
      },
    ]);
  });

  it('detects commands in the commit, not in the working tree', async () => {
    source.write('package.json', '{}').write('ymera.json', '{"test": "./dirty"}');
    expect(await register()).toMatchObject({ value: { commands: { test: 'npm test' } } });
  });

  it('uses the given commands and performance policy', async () => {
    const given = { commands: { bench: 'node bench.js' }, performance: { min_speedup: 2 } };
    expect(await register(given)).toMatchObject({
      value: { commands: { test: 'npm test', bench: 'node bench.js' }, performance: { min_speedup: 2 } },
    });
  });

  it('rejects a project without tests, unless the command is given', async () => {
    const bare = SourceRepository.create();
    bare.write('README.md', 'hello').commit();
    expect(await register({ source: bare.path })).toMatchObject({ ok: false, error: { code: 'no_tests' } });
    expect(await register({ source: bare.path, commands: { test: ' ' } })).toMatchObject({
      error: { code: 'no_tests' },
    });
    expect(await register({ source: bare.path, commands: { test: './check' } })).toMatchObject({ ok: true });
    bare.remove();
  });

  it('rejects a folder that is no repository and leaves no copy', async () => {
    expect(await register({ source: '/no/such/folder' })).toMatchObject({
      error: { code: 'repo_not_found' },
    });
    expect(environment.memory.state.projects.size).toBe(0);
    expect(existsSync(environment.repositories.pathOf('sample'))).toBe(false);
  });

  it('rejects a second project of the same id', async () => {
    await register();
    expect(await register()).toMatchObject({
      ok: false,
      error: { kind: 'conflict', code: 'project_exists' },
    });
  });

  it('returns the same answer for the same idempotency key, also during the copy, and rejects another request under it', async () => {
    const [first, joined] = await Promise.all([
      register({ idempotency_key: 'k' }),
      register({ idempotency_key: 'k' }),
    ]);
    expect(first.ok).toBe(true);
    expect([joined, await register({ idempotency_key: 'k' })]).toEqual([first, first]);
    expect(await register({ idempotency_key: 'k', project_id: 'other' })).toMatchObject({
      error: { code: 'idempotency_key_reused' },
    });
    expect(environment.memory.outbox.messages).toHaveLength(1);
  });

  it('accepts one of two concurrent registrations', async () => {
    const results = await Promise.all([register(), register({ name: 'other' })]);
    expect(results.map((result) => (result.ok ? 'ok' : result.error.code)).sort()).toEqual([
      'ok',
      'project_exists',
    ]);
  });

  it('starts over after a process that died before the project was recorded', async () => {
    environment.diesBeforeCommit = true;
    await expect(register()).rejects.toThrow('died');
    environment.diesBeforeCommit = false;
    const other = sampleSource();
    const head = other.write('more', '1').commit();
    expect(await register({ source: other.path })).toMatchObject({ ok: true, value: { head } });
    expect(environment.memory.outbox.messages).toHaveLength(1);
    other.remove();
  });
});

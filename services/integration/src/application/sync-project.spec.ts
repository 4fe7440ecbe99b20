import { projectSynced, projectUpdated } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import { rmSync } from 'node:fs';
import type { Change } from '../domain/change';
import { sampleSource, type SourceRepository } from '../testing/git-fixture';
import {
  admin,
  IntegrationEnvironment,
  landOrder,
  createCommitOrder,
} from '../testing/integration-environment';

jest.setTimeout(60_000);

describe('SyncProject (real git, stores in memory)', () => {
  let source: SourceRepository;
  let environment: IntegrationEnvironment;
  let registered: string;

  beforeEach(async () => {
    source = sampleSource();
    environment = new IntegrationEnvironment();
    registered = await environment.registered(source);
  });
  afterEach(() => {
    environment.remove();
    source.remove();
  });

  const head = () => environment.in('sample', 'rev-parse', 'refs/heads/main');
  const fresh = async () => {
    const found = await environment.getProject.execute({ project_id: 'sample', fresh: true });
    if (!found.ok) throw new Error(found.error.code);
    return found.value;
  };
  const upstream = async () => await environment.getProject.execute({ project_id: 'sample' });
  const committed = (file: string, content = 'x\n'): string => source.write(file, content).commit();

  /** Lands a change on the base of new work. */
  async function landed(file: string, content = 'ours\n'): Promise<Change> {
    const { base } = await fresh();
    const patch = `diff --git a/${file} b/${file}\nnew file mode 100644\n--- /dev/null\n+++ b/${file}\n@@ -0,0 +1 @@\n+${content}`;
    const change = await environment.committed(createCommitOrder(base ?? '', patch));
    const outcome = await environment.land.execute(uuidv7(), landOrder(change));
    expect(outcome).toMatchObject({ kind: 'landed' });
    return change;
  }

  it('is in_step after the registration', async () => {
    expect(await fresh()).toMatchObject({
      head: registered,
      base: registered,
      notes: [],
      upstream: { state: 'in_step', ahead: 0, behind: 0, head: registered, push: 'off', source: source.path },
    });
    expect(environment.memory.outbox.payloads(projectSynced)).toEqual([]);
  });

  it('moves its branch to new commits of the upstream and publishes an event', async () => {
    const [, second] = [committed('a'), committed('b')];
    expect(await fresh()).toMatchObject({ head: second, base: second, upstream: { state: 'in_step' } });
    expect(await head()).toBe(second);
    expect(environment.memory.outbox.payloads(projectSynced)).toMatchObject([
      {
        state: 'in_step',
        head: second,
        moved_from: registered,
        upstream_head: second,
        synced_by: 'integration',
      },
    ]);
  });

  it('does not fetch for a query that does not want to wait', async () => {
    committed('a');
    expect(await upstream()).toMatchObject({ value: { head: registered } });
  });

  it('keeps landed commits that the upstream lacks', async () => {
    const change = await landed('ours');
    expect(await fresh()).toMatchObject({
      head: change.commit,
      base: change.commit,
      upstream: { state: 'ahead', ahead: 1 },
    });
  });

  it('is in_step again when the upstream got the landed commits by other means', async () => {
    const change = await landed('ours');
    source.git('fetch', '--quiet', environment.repositories.pathOf('sample'), 'main');
    source.git('merge', '--quiet', '--ff-only', 'FETCH_HEAD');
    expect(await fresh()).toMatchObject({ head: change.commit, upstream: { state: 'in_step' } });
  });

  it('bases new work on a merge of diverged histories and moves no branch', async () => {
    const change = await landed('ours');
    const theirs = committed('theirs');
    const found = await fresh();
    expect(found).toMatchObject({
      head: change.commit,
      upstream: { state: 'diverged', ahead: 1, behind: 1 },
    });
    expect(await environment.in('sample', 'rev-parse', `${found.base}^1`, `${found.base}^2`)).toBe(
      `${change.commit}\n${theirs}`,
    );
    expect((await environment.in('sample', 'ls-tree', '--name-only', found.base ?? '')).split('\n')).toEqual(
      expect.arrayContaining(['ours', 'theirs']),
    );
    expect(found.notes).toEqual([expect.stringContaining('1 commit of the upstream merged with 1 commit')]);
    expect((await fresh()).base).toBe(found.base);
    expect(await head()).toBe(change.commit);
  });

  it('lands the merge with the first change based on it', async () => {
    const ours = await landed('ours');
    const theirs = committed('theirs');
    const change = await landed('second');
    expect(await head()).toBe(change.commit);
    expect((await environment.in('sample', 'rev-list', 'main')).split('\n')).toEqual(
      expect.arrayContaining([ours.commit, theirs]),
    );
    expect(await fresh()).toMatchObject({ base: change.commit, upstream: { state: 'ahead', behind: 0 } });
  });

  it('names the files that conflict and continues on the own branch', async () => {
    const change = await landed('same', 'ours\n');
    committed('same', 'theirs\n');
    expect(await fresh()).toMatchObject({
      base: change.commit,
      upstream: { state: 'diverged' },
      notes: [expect.stringMatching(/conflict .*\(same\)/)],
    });
    expect(await landed('more')).toMatchObject({ base: change.commit });
  });

  it('never restores commits that the upstream has dropped', async () => {
    const secret = committed('secret');
    await fresh();
    source.git('reset', '--quiet', '--hard', registered);
    committed('other');
    for (const _ of [1, 2]) {
      expect(await fresh()).toMatchObject({
        base: secret,
        upstream: {
          state: 'diverged',
          head: secret,
          ahead: 1,
          behind: 1,
          error: { code: 'upstream_rewritten' },
        },
        notes: [expect.stringMatching(/was rewritten.* under another project id/)],
      });
    }
    expect(environment.memory.outbox.payloads(projectSynced).map(({ error }) => error?.code)).toEqual([
      undefined,
      'upstream_rewritten',
    ]);
  });

  it('uses the last known head while the upstream is unreachable and publishes that once', async () => {
    rmSync(source.path, { recursive: true });
    for (const _ of [1, 2]) {
      const found = await fresh();
      expect(found).toMatchObject({
        base: registered,
        upstream: { state: 'unreachable', error: { code: 'repo_not_found' } },
        notes: [
          expect.stringMatching(/Folder .* does not exist.* works on .* as the upstream was at 2026-06-01/),
        ],
      });
    }
    expect(environment.memory.outbox.payloads(projectSynced)).toMatchObject([
      { state: 'unreachable', head: registered },
    ]);
  });

  it('rejects new work while the upstream is unreachable when the project requires a fresh one', async () => {
    await environment.update.execute({ project_id: 'sample', require_fresh: true, actor: admin });
    rmSync(source.path, { recursive: true });
    expect(await environment.getProject.execute({ project_id: 'sample', fresh: true })).toMatchObject({
      error: { kind: 'unavailable', code: 'repo_not_found' },
    });
    expect(await upstream()).toMatchObject({ ok: true });
  });

  it('follows no branch when the source had a detached HEAD', async () => {
    source.git('checkout', '--quiet', '--detach');
    const made = await environment.register.execute({
      project_id: 'detached',
      source: source.path,
      actor: admin,
    });
    expect(made).toMatchObject({ value: { upstream: { state: 'not_followed' } } });
    committed('a');
    expect(await environment.getProject.execute({ project_id: 'detached', fresh: true })).toMatchObject({
      value: { base: registered, notes: [] },
    });
    expect(
      await environment.update.execute({ project_id: 'detached', push: 'branch', actor: admin }),
    ).toMatchObject({ error: { code: 'push_not_possible' } });
  });

  it('does not move its branch while landing is paused and reports that it is behind', async () => {
    await environment.pauses.pause(admin, 'A release is being cut.');
    committed('a');
    expect(await fresh()).toMatchObject({
      head: registered,
      base: registered,
      upstream: { state: 'behind', behind: 1 },
      notes: [expect.stringContaining('paused')],
    });
    await environment.pauses.resume(admin, 'Cut.');
    expect(await fresh()).toMatchObject({ upstream: { state: 'in_step' } });
  });

  it('publishes the result and the person of a manual synchronisation, also when nothing changed', async () => {
    expect(await environment.sync.execute('sample', 'ada')).toMatchObject({ ok: true });
    expect(environment.memory.outbox.payloads(projectSynced)).toMatchObject([
      { state: 'in_step', synced_by: 'ada' },
    ]);
    expect(await environment.sync.execute('nothing', 'ada')).toMatchObject({
      error: { code: 'project_not_found' },
    });
  });

  it('records the real position of the branch after a process died between move and commit', async () => {
    const theirs = committed('a');
    environment.diesBeforeCommit = true;
    await expect(environment.sync.execute('sample')).rejects.toThrow('died');
    environment.diesBeforeCommit = false;
    expect(await head()).toBe(theirs);
    expect(await fresh()).toMatchObject({ head: theirs, upstream: { state: 'in_step' } });
    expect(environment.memory.outbox.payloads(projectSynced)).toMatchObject([
      { head: theirs, upstream_head: theirs },
    ]);
  });

  describe('commands', () => {
    const scripts = (test: string): string => JSON.stringify({ scripts: { test, bench: 'node bench.js' } });

    it('are detected again when new work starts on another commit', async () => {
      committed('package.json', scripts('mocha'));
      expect(await fresh()).toMatchObject({ commands: { test: 'npm test', bench: 'npm run bench' } });
    });

    it('keep overrides over detected ones until the overrides are removed', async () => {
      const set = await environment.update.execute({
        project_id: 'sample',
        name: 'Renamed',
        commands: { test: 'make check' },
        performance: { min_speedup: 2 },
        actor: admin,
      });
      expect(set).toMatchObject({
        value: { name: 'Renamed', commands: { test: 'make check' }, performance: { min_speedup: 2 } },
      });
      committed('package.json', scripts('mocha'));
      expect(await fresh()).toMatchObject({ commands: { test: 'make check', bench: 'npm run bench' } });
      expect(
        await environment.update.execute({
          project_id: 'sample',
          commands: { test: null },
          performance: null,
          actor: admin,
        }),
      ).toMatchObject({ value: { commands: { test: 'npm test' }, performance: {} } });
      expect(environment.memory.outbox.payloads(projectUpdated)).toMatchObject([
        { commands: { test: 'make check' }, updated_by: 'root', push: 'off' },
        { commands: { test: 'npm test', bench: 'npm run bench' }, updated_by: 'root' },
      ]);
    });

    it('keep their last value when ymera.json is invalid, with a note', async () => {
      committed('ymera.json', '{');
      expect(await fresh()).toMatchObject({
        commands: { test: 'npm test' },
        notes: [expect.stringMatching(/ymera.json is invalid.*previous commands are used/)],
      });
    });

    it('are rejected when no command tests the project', async () => {
      expect(
        await environment.update.execute({ project_id: 'sample', commands: { test: '' }, actor: admin }),
      ).toMatchObject({ error: { code: 'no_tests' } });
    });
  });
});

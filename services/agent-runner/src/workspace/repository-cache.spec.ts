import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitFixture } from '../testing/git-fixture';
import { defaultChangeLimits, SandboxFixture } from '../testing/sandbox-fixture';
import { evictionOrder, RepositoryCache } from './repository-cache';
import { Workspaces, type WorkspaceRequest } from './workspaces';

jest.setTimeout(30_000);

const credential = { username: 'tester-1', password: 'ymk_secret' };
const large = 400_000;

describe('RepositoryCache (real git, over HTTP)', () => {
  let repository: GitFixture;
  let sandbox: SandboxFixture;
  let cached: string;
  let url: string;
  let base: string;
  beforeEach(async () => {
    repository = new GitFixture();
    sandbox = new SandboxFixture();
    cached = join(sandbox.folder, 'repositories');
    base = repository.commit({ 'a.txt': 'one\n', 'large.bin': randomBytes(large) });
    url = await repository.serve(credential);
  });
  afterEach(() => {
    repository.close();
    sandbox.close();
  });

  const workspacesOf = (maxBytes = 2 ** 30) =>
    new Workspaces({
      folder: join(sandbox.folder, 'workspaces'),
      owner: sandbox.bubblewrap.owner,
      cache: new RepositoryCache({ folder: cached, maxBytes }),
      limits: defaultChangeLimits,
    });
  const prepared = async (workspaces: Workspaces, request: Partial<WorkspaceRequest> = {}) => {
    const result = await workspaces.prepare({ url, credential, commit: base, ...request });
    if (!result.ok) throw new Error(result.error.message);
    return result.value;
  };

  it('fetches a commit once, also for concurrent requests', async () => {
    const workspaces = workspacesOf();
    const both = await Promise.all([prepared(workspaces), prepared(workspaces)]);
    for (const workspace of both) {
      expect(readFileSync(join(workspace.copy, 'large.bin'))).toHaveLength(large);
      await workspace.close();
    }
    await (await prepared(workspaces, { hasGit: true })).close();
    expect(repository.served.packs).toBe(1);
    expect(repository.served.bytes).toBeGreaterThan(large);
  });

  it('fetches only the differences of another commit', async () => {
    const workspaces = workspacesOf();
    await (await prepared(workspaces)).close();
    const before = repository.served.bytes;
    const change = repository.commit({ 'a.txt': 'two\n' });
    const workspace = await prepared(workspaces, { commit: change, alsoNeeded: [base] });
    expect(repository.served.bytes - before).toBeLessThan(10_000);
    expect(readFileSync(join(workspace.copy, 'large.bin'))).toHaveLength(large);
    expect(await workspace.changedFiles(base)).toMatchObject({ ok: true, value: [{ path: 'a.txt' }] });
    await workspace.close();
  });

  it('gives a command its own git, without objects of another task’s commit', async () => {
    const workspaces = workspacesOf();
    const secret = repository.commit({ 'a.txt': 'of another task\n' });
    await (await prepared(workspaces, { commit: secret })).close();
    const workspace = await prepared(workspaces, { hasGit: true });
    const own = join(workspace.copy, '.git');
    expect(existsSync(join(own, 'objects/info/alternates'))).toBe(false);
    const outcome = await sandbox.bubblewrap.run({
      profile: 'command',
      workspace: workspace.copy,
      timeoutMs: 10_000,
      command: `git status --porcelain; git log --format=%H; git cat-file -e ${secret} || echo unknown`,
    });
    expect(outcome.stdout).toBe(`${base}\nunknown\n`);
    await workspace.close();
  });

  it('evicts repositories above the size limit, but none in use', async () => {
    const workspaces = workspacesOf(large);
    const [first, second] = [await prepared(workspaces), await prepared(workspaces)];
    await first.close();
    expect(await second.committedFile('a.txt')).toEqual({ ok: true, value: 'one\n' });
    await second.close();
    expect(readdirSync(cached)).toEqual([]);
    await (await prepared(workspaces)).close();
    expect(repository.served.packs).toBe(2);
  });

  it('survives an aborted fetch, and does not wait for a canceled one', async () => {
    const workspaces = workspacesOf();
    const stop = new AbortController();
    const broken = workspaces.prepare({ url, credential, commit: base, signal: stop.signal });
    const next = prepared(workspaces);
    stop.abort();
    expect(await broken).toMatchObject({ ok: false, error: { code: 'workspace_unavailable' } });
    const workspace = await next;
    expect(await workspace.committedFile('a.txt')).toEqual({ ok: true, value: 'one\n' });
    await workspace.close();
  });

  it('recovers from a lock of a killed git', async () => {
    const workspaces = workspacesOf();
    await (await prepared(workspaces)).close();
    const before = repository.served.bytes;
    const [name = ''] = readdirSync(cached);
    const gitFolder = join(cached, name, 'repository.git');
    writeFileSync(join(gitFolder, 'shallow.lock'), '');
    writeFileSync(join(gitFolder, 'objects/pack/tmp_pack_x'), '');
    await (await prepared(workspaces, { commit: repository.commit({ 'a.txt': 'two\n' }) })).close();
    expect(readdirSync(join(gitFolder, 'objects/pack'))).not.toContain('tmp_pack_x');
    expect(readFileSync(join(gitFolder, 'shallow'), 'utf8').trim().split('\n')).toHaveLength(2);
    expect(repository.served.bytes - before).toBeLessThan(10_000);
  });

  it('evicts a repository after a failed write on a full disk', async () => {
    const workspaces = workspacesOf(0);
    writeFileSync(cached, 'in the way');
    await expect(prepared(workspaces)).rejects.toThrow(/ENOTDIR|EEXIST/);
    rmSync(cached);
    await (await prepared(workspaces)).close();
    expect(readdirSync(cached)).toEqual([]);
  });

  it('leaves nothing for a later start', async () => {
    const workspaces = workspacesOf();
    await (await prepared(workspaces)).close();
    expect(readdirSync(cached)).toHaveLength(1);
    await workspacesOf().removeLeftovers();
    expect(existsSync(cached)).toBe(false);
  });
});

describe('eviction', () => {
  const repository = (name: string, over: object = {}) => ({ name, users: 0, bytes: 10, packs: 1, ...over });
  const gone = (maxBytes: number, ...all: ReturnType<typeof repository>[]) =>
    evictionOrder(all, maxBytes).map(({ name }) => name);

  it.each([
    ['nothing that fits', 20, [repository('a'), repository('b')], []],
    ['the longest unused first', 15, [repository('a'), repository('b')], ['a']],
    ['nothing in use', 5, [repository('a', { users: 1 }), repository('b')], ['b']],
    ['what is empty', 20, [repository('a', { bytes: 0 }), repository('b')], ['a']],
    ['what is in too many pieces', 20, [repository('a'), repository('b', { packs: 61 })], ['b']],
  ])('is %s', (_, maxBytes, all, expected) => {
    expect(gone(maxBytes, ...all)).toEqual(expected);
  });
});

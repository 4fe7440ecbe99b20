import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleSource, SourceRepository } from '../../testing/git-fixture';
import { GitEnvironmentFixture } from '../../testing/git-environment-fixture';
import { GitProjectRepositories } from './git-project-repositories';

// Each git command is a process.
jest.setTimeout(30_000);

describe('GitProjectRepositories (real git)', () => {
  let environment: GitEnvironmentFixture;
  let folder: string;
  beforeEach(() => {
    environment = new GitEnvironmentFixture();
    folder = mkdtempSync(join(tmpdir(), 'ymera-folder-'));
  });
  afterEach(() => {
    environment.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const stage = (path: string, branch?: string) =>
    environment.repositories.stage({ kind: 'path', path }, branch);
  const staged = async (path: string, branch?: string) => {
    const result = await stage(path, branch);
    if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
    return result.value;
  };
  const codeOf = async (path: string, branch?: string) => {
    const result = await stage(path, branch);
    return result.ok ? 'ok' : result.error.code;
  };

  it('copies HEAD’s branch of a working tree, without uncommitted files', async () => {
    const source = sampleSource({ branch: 'trunk' });
    const head = source.git('rev-parse', 'HEAD');
    source.git('branch', 'other');
    source.git('tag', 'v1');
    source.write('dirty.js', 'x');
    const copy = await staged(source.path);
    expect(copy).toMatchObject({ defaultBranch: 'trunk', head });
    expect(copy.files.paths).toEqual(['package.json', 'src/unique.js', 'test/unique.test.js']);
    expect(copy.files.contents.get('package.json')).toContain('node --test');
    await copy.publish('sample');
    expect(await environment.in('sample', 'for-each-ref', '--format=%(refname)')).toBe('refs/heads/trunk');
    expect(await environment.in('sample', 'symbolic-ref', 'HEAD')).toBe('refs/heads/trunk');
    expect(await environment.repositories.head('sample', 'trunk')).toBe(head);
    source.remove();
  });

  it('stores the copy as one pack without deltas of large files and with the objects of the branch only', async () => {
    const source = sampleSource();
    const large = randomBytes(1_500_000);
    const small = randomBytes(100_000);
    source.write('large', large).write('small', small).commit();
    source
      .write('large', Buffer.concat([large, Buffer.from('more')]))
      .write('small', Buffer.concat([small, Buffer.from('more')]));
    source.commit();
    const oid = (name: string) => source.git('rev-parse', name);
    const discarded = source.write('secret', 'thrown away').commit();
    source.git('reset', '--quiet', '--hard', 'HEAD~1');
    await (await staged(source.path)).publish('sample');

    const pack = join(environment.layout.repository('sample'), 'objects', 'pack');
    const packs = readdirSync(pack).filter((name) => name.endsWith('.pack'));
    expect(packs).toHaveLength(1);
    expect(await environment.in('sample', 'count-objects')).toBe('0 objects, 0 kilobytes');
    const objects = await environment.in('sample', 'verify-pack', '-v', join(pack, packs[0] ?? ''));
    // A line with a depth and another object after its sizes and offset is an object stored as a delta.
    const isDifference = (name: string) =>
      new RegExp(`^${oid(name)} \\w+ +\\d+ \\d+ \\d+ \\d+ `, 'm').test(objects);
    expect([isDifference('HEAD:large'), isDifference('HEAD~1:large')]).toEqual([false, false]);
    expect([isDifference('HEAD:small'), isDifference('HEAD~1:small')]).toContain(true);
    expect(objects).not.toContain(discarded);
    source.remove();
  });

  it('reports import_timeout with the setting to raise', async () => {
    const source = sampleSource();
    const impatient = new GitProjectRepositories(environment.git, environment.layout, {
      access: environment.access,
      cloneTimeoutMs: 1,
    });
    expect(await impatient.stage({ kind: 'path', path: source.path }, undefined)).toMatchObject({
      ok: false,
      error: {
        kind: 'timeout',
        code: 'import_timeout',
        suggestion: expect.stringContaining('YMERA_CLONE_TIMEOUT_SECONDS'),
      },
    });
    expect(readdirSync(environment.layout.incoming)).toEqual([]);
    source.remove();
  });

  it('copies a bare repository and a branch by name', async () => {
    const source = sampleSource();
    source.git('checkout', '--quiet', '-b', 'release/1.x');
    const release = source.write('a', '1').commit();
    source.git('checkout', '--quiet', 'main');
    source.git('clone', '--quiet', '--bare', source.path, join(folder, 'bare.git'));
    expect(await staged(join(folder, 'bare.git'), 'release/1.x')).toMatchObject({
      defaultBranch: 'release/1.x',
      head: release,
    });
    expect(await codeOf(join(folder, 'bare.git'), 'no-such')).toBe('branch_not_found');
    expect(await codeOf(join(folder, 'bare.git'), '*')).toBe('branch_not_found');
    source.remove();
  });

  it('names the branch main when HEAD is detached', async () => {
    const source = sampleSource({ branch: 'trunk' });
    source.git('checkout', '--quiet', '--detach');
    const head = source.write('a', '1').commit();
    expect(await staged(source.path)).toMatchObject({ defaultBranch: 'main', head });
    source.remove();
  });

  it('copies a worktree, a shallow clone and a SHA-256 repository', async () => {
    const source = sampleSource();
    source.write('a', '2').commit();
    source.git('worktree', 'add', '--quiet', '-b', 'topic', join(folder, 'tree'));
    expect((await staged(join(folder, 'tree'))).defaultBranch).toBe('topic');
    source.git('clone', '--quiet', '--depth=1', `file://${source.path}`, join(folder, 'shallow'));
    expect((await staged(join(folder, 'shallow'))).head).toBe(source.git('rev-parse', 'HEAD'));
    source.remove();
    const modern = sampleSource({ format: 'sha256' });
    expect((await staged(modern.path)).head).toMatch(/^[0-9a-f]{64}$/);
    modern.remove();
  });

  it('reports repo_not_found for a folder that is no repository with a commit', async () => {
    mkdirSync(join(folder, 'plain'));
    writeFileSync(join(folder, 'file'), '');
    const empty = SourceRepository.create();
    for (const path of [join(folder, 'none'), join(folder, 'plain'), join(folder, 'file'), empty.path])
      expect(await codeOf(path)).toBe('repo_not_found');
    empty.remove();
  });

  it('rejects a folder inside a repository', async () => {
    const source = sampleSource();
    expect(await codeOf(join(source.path, 'src'))).toBe('repo_not_found');
    source.remove();
  });

  it('copies only from allowed hosts and allowed folders, after resolving symbolic links', async () => {
    const source = sampleSource();
    symlinkSync(source.path, join(folder, 'link'));
    const strict = new GitEnvironmentFixture(undefined, { roots: [folder], hosts: [] });
    const refused = await strict.repositories.stage({ kind: 'path', path: join(folder, 'link') }, undefined);
    expect(refused).toMatchObject({ ok: false, error: { code: 'source_not_allowed' } });
    const remote = await strict.repositories.stage(
      { kind: 'remote', protocol: 'http', url: 'http://127.0.0.1:1/a.git', host: '127.0.0.1:1' },
      undefined,
    );
    expect(remote).toMatchObject({ ok: false, error: { code: 'source_not_allowed' } });
    strict.remove();
    source.remove();
  });

  it('rejects a repository that fsck finds dangerous and leaves no folder', async () => {
    const source = sampleSource();
    const blob = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: source.path, input: 'x' })
      .toString()
      .trim();
    const tree = execFileSync('git', ['mktree'], { cwd: source.path, input: `100644 blob ${blob}\t.git\n` })
      .toString()
      .trim();
    const commit = source.git('commit-tree', tree, '-m', 'evil');
    source.git('update-ref', 'refs/heads/main', commit);
    expect(await codeOf(source.path)).toBe('repo_unreadable');
    expect(readdirSync(environment.layout.incoming)).toEqual([]);
    source.remove();
  });

  it('ignores hooks, configuration and GIT_ variables of the parent process', async () => {
    const source = sampleSource();
    const trap = join(folder, 'trapped');
    source.write('.git/hooks/reference-transaction', `#!/bin/sh\ntouch ${trap}\n`, 0o755);
    source.git('config', 'uploadpack.packObjectsHook', `touch ${trap};`);
    source.git('config', 'core.fsmonitor', `touch ${trap}`);
    process.env['GIT_DIR'] = '/nowhere';
    try {
      await (await staged(source.path)).publish('sample');
    } finally {
      delete process.env['GIT_DIR'];
    }
    expect(readdirSync(folder)).toEqual([]);
    source.remove();
  });

  it('replaces the leftover of an interrupted registration and publishes only once', async () => {
    const [old, fresh] = [sampleSource(), sampleSource()];
    await (await staged(old.path)).publish('sample');
    const head = fresh.write('new', '1').commit();
    const copy = await staged(fresh.path);
    await copy.publish('sample');
    await copy.publish('sample');
    await copy.discard();
    expect(await environment.repositories.head('sample', 'main')).toBe(head);
    expect(readdirSync(environment.layout.incoming)).toEqual([]);
    old.remove();
    fresh.remove();
  });
});

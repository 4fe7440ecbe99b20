import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { GitFixture } from '../testing/git-fixture';
import { SandboxFixture } from '../testing/sandbox-fixture';
import { patchText } from '../testing/patch-text';
import type { Workspace } from './workspace';
import type { WorkspaceRequest } from './workspaces';

jest.setTimeout(30_000);

const repository = new GitFixture();
const modern = new GitFixture('sha256');
const sandbox = new SandboxFixture();
const folder = join(sandbox.folder, 'workspaces');
const workspaces = sandbox.workspaces(folder);
const base = repository.commit({
  'src/a.js': 'one\n',
  'b.txt': 'two\n',
  '.gitignore': 'build/\n',
  'latin.txt': 'eins\n',
});

afterAll(() => {
  repository.close();
  modern.close();
  sandbox.close();
});

async function prepared(request: Partial<WorkspaceRequest> = {}): Promise<Workspace> {
  const result = await workspaces.prepare({ url: repository.folder, commit: base, ...request });
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

async function changed(change: (copy: string) => void) {
  const workspace = await prepared();
  change(workspace.copy);
  const result = await workspace.collectChange();
  await workspace.close();
  return result;
}

const link = (target: string, path: string) => (copy: string) => symlinkSync(target, join(copy, path));

describe('a working copy', () => {
  it('contains the requested commit, and names its tree', async () => {
    const later = repository.commit({ 'src/a.js': 'changed\n' });
    const workspace = await prepared({ commit: later, alsoNeeded: [base] });
    expect(readFileSync(join(workspace.copy, 'src/a.js'), 'utf8')).toBe('changed\n');
    expect(workspace.tree).toBe(repository.git('rev-parse', `${later}^{tree}`));
    expect(await workspace.changedFiles(base)).toMatchObject({ ok: true, value: [{ path: 'src/a.js' }] });
    expect(await workspace.committedFile('src/a.js', base)).toEqual({ ok: true, value: 'one\n' });
    for (const path of ['none', 'src', 'b.txt/none', ':(glob)*.txt', '*.txt'])
      expect(await workspace.committedFile(path)).toEqual({ ok: true, value: undefined });
    await workspace.close();
  });

  it('strips the byte-order mark of a text, which parsers of manifests reject', async () => {
    const commit = repository.commit({ 'package.json': '\uFEFF{}' });
    const workspace = await prepared({ commit });
    expect(await workspace.committedFile('package.json')).toEqual({ ok: true, value: '{}' });
    expect(readFileSync(join(workspace.copy, 'package.json'), 'utf8')).toBe('\uFEFF{}');
    await workspace.close();
  });

  it('fails when git cannot read it, instead of returning nothing', async () => {
    const workspace = await prepared();
    const unreadable = { ok: false, error: { code: 'repository_unreadable', message: expect.any(String) } };
    const lost = '0'.repeat(40);
    expect(await workspace.committedFiles(lost)).toMatchObject(unreadable);
    expect(await workspace.changedFiles(lost)).toMatchObject(unreadable);
    expect(await workspace.textOf(lost)).toMatchObject(unreadable);
    expect(await workspace.committedFile('b.txt', lost)).toMatchObject(unreadable);
    expect(await workspace.committedFiles()).toMatchObject({
      ok: true,
      value: expect.arrayContaining(['b.txt']),
    });
    await workspace.close();
  });

  it('returns no text for a file above the size limit', async () => {
    const large = repository.commit({ 'large.txt': 'x'.repeat(4_194_305) });
    const workspace = await prepared({ commit: large });
    const object = (path: string) => repository.git('rev-parse', `${large}:${path}`);
    expect(await workspace.textOf(object('large.txt'))).toEqual({ ok: true, value: undefined });
    expect(await workspace.textOf(object('b.txt'))).toEqual({ ok: true, value: 'two\n' });
    await workspace.close();
  });

  it('shares no file with another one, not even git’s configuration', async () => {
    const workspace = await prepared();
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^task-/)]);
    await workspace.close();
  });

  it('may contain some paths of another commit, without following its own links', async () => {
    repository.git('checkout', '--quiet', base);
    repository.git('rm', '--quiet', '-r', 'src');
    symlinkSync('/tmp', join(repository.folder, 'src'));
    const later = repository.commit({ 'b.txt': null, 'new.txt': 'new\n' });
    repository.git('checkout', '--quiet', 'main');
    const object = (path: string) => repository.git('rev-parse', `${base}:${path}`);
    const workspace = await prepared({
      commit: later,
      alsoNeeded: [base],
      replaced: [
        { path: 'src/a.js', mode: '100644', object: object('src/a.js') },
        { path: 'b.txt', mode: '100644', object: object('b.txt') },
        { path: 'new.txt', mode: '000000', object: '0'.repeat(40) },
      ],
    });
    expect(readFileSync(join(workspace.copy, 'src/a.js'), 'utf8')).toBe('one\n');
    expect(lstatSync(join(workspace.copy, 'src')).isSymbolicLink()).toBe(false);
    expect(existsSync('/tmp/a.js')).toBe(false);
    expect(readFileSync(join(workspace.copy, 'b.txt'), 'utf8')).toBe('two\n');
    expect(existsSync(join(workspace.copy, 'new.txt'))).toBe(false);
    await workspace.close();
  });

  it('comes over HTTP with the agent’s credential', async () => {
    const credential = { username: 'tester-1', password: 'ymk_secret' };
    const url = await repository.serve(credential);
    const refused = await workspaces.prepare({ url, commit: base });
    expect(refused).toMatchObject({ ok: false, error: { code: 'workspace_unavailable', retryable: true } });
    const workspace = await prepared({ url, credential });
    expect(existsSync(join(workspace.copy, 'b.txt'))).toBe(true);
    await workspace.close();
  });

  it('fails for an unknown commit and leaves nothing', async () => {
    const result = await workspaces.prepare({ url: repository.folder, commit: 'f'.repeat(40) });
    expect(result).toMatchObject({ ok: false, error: { code: 'commit_not_found' } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('may have its own git that shows changes and cannot access the runner’s', async () => {
    const workspace = await prepared({ hasGit: true });
    const outcome = await sandbox.bubblewrap.run({
      profile: 'command',
      workspace: workspace.copy,
      timeoutMs: 10_000,
      command:
        'echo three > b.txt; git status --porcelain; git config core.fsmonitor "touch /tmp/ran"; printf "#!/bin/sh\\ntouch /tmp/ran" > .git/hooks/x; rm -rf .git/objects',
    });
    expect(outcome.stdout).toBe(' M b.txt\n');
    expect(await workspace.collectChange()).toMatchObject({
      ok: true,
      value: { patch: { text: expect.stringContaining('+three') } },
    });
    await workspace.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([false, true])('supports SHA-256 repositories (with its own git: %s)', async (hasGit) => {
    const commit = modern.commit({ 'a.txt': 'one\n' });
    const later = modern.commit({ 'a.txt': 'two\n' });
    const workspace = await prepared({
      url: modern.folder,
      commit: later,
      alsoNeeded: [commit],
      hasGit,
    });
    expect(workspace.tree).toBe(modern.git('rev-parse', `${later}^{tree}`));
    expect(await workspace.changedFiles(commit)).toMatchObject({ ok: true, value: [{ path: 'a.txt' }] });
    if (hasGit) {
      const git = ['--git-dir', join(workspace.copy, '.git'), '--work-tree', workspace.copy];
      const said = execFileSync('git', ['-c', 'safe.directory=*', ...git, 'log', '-1', '--format=%H'], {
        encoding: 'utf8',
      });
      expect(said).toBe(`${later}\n`);
    }
    writeFileSync(join(workspace.copy, 'a.txt'), 'three\n');
    const change = await workspace.collectChange();
    if (!change.ok) throw new Error(change.error.message);
    modern.apply(patchText(change.value));
    expect(readFileSync(join(modern.folder, 'a.txt'), 'utf8')).toBe('three\n');
    await workspace.close();
    modern.git('reset', '--quiet', '--hard');
  });

  it('is removed even when a command has removed its permissions', async () => {
    const workspace = await prepared();
    mkdirSync(join(workspace.copy, 'locked/deep'), { recursive: true });
    writeFileSync(join(workspace.copy, 'locked/deep/file'), '');
    chmodSync(join(workspace.copy, 'locked'), 0);
    await workspace.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a change', () => {
  it('gives a patch with exactly the same tree, whatever was changed', async () => {
    const result = await changed((copy) => {
      writeFileSync(join(copy, 'src/a.js'), 'ein\nzwei\n');
      rmSync(join(copy, 'b.txt'));
      writeFileSync(join(copy, 'new name.bin'), Buffer.from([0, 1, 2, 255]));
      writeFileSync(join(copy, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
      symlinkSync('src/a.js', join(copy, 'inside'));
    });
    if (!result.ok) throw new Error(result.error.message);
    repository.git('checkout', '--quiet', base);
    execFileSync('git', ['apply', '--index', '-'], {
      cwd: repository.folder,
      input: patchText(result.value),
    });
    expect(repository.git('status', '--porcelain').split('\n').sort()).toEqual([
      'A  "new name.bin"',
      'A  inside',
      'A  run.sh',
      'D  b.txt',
      'M  src/a.js',
    ]);
    repository.git('reset', '--quiet', '--hard', 'main');
    repository.git('checkout', '--quiet', 'main');
  });

  it('preserves an old encoding byte for byte', async () => {
    const content = Buffer.from([0x67, 0x72, 0xfc, 0x6e, 0x0a]);
    const result = await changed((copy) => {
      writeFileSync(join(copy, '.gitattributes'), '*.txt diff\n');
      writeFileSync(join(copy, 'latin.txt'), content);
    });
    if (!result.ok) throw new Error(result.error.message);
    repository.git('checkout', '--quiet', base);
    execFileSync('git', ['apply', '-'], { cwd: repository.folder, input: patchText(result.value) });
    expect(readFileSync(join(repository.folder, 'latin.txt'))).toEqual(content);
    repository.git('reset', '--quiet', '--hard');
    repository.git('clean', '-fdq');
    repository.git('checkout', '--quiet', 'main');
  });

  it('preserves names of every encoding byte for byte', async () => {
    const names = ['caf\xe9.txt', 'caf\xc3\xa9 "\\.txt'].map((name) => Buffer.from(name, 'latin1'));
    const result = await changed((copy) => {
      for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${copy}/`), name]), 'coffee\n');
    });
    if (!result.ok) throw new Error(result.error.message);
    expect(patchText(result.value)).toContain('+coffee');
    repository.git('checkout', '--quiet', base);
    repository.apply(patchText(result.value));
    const listed = execFileSync('git', ['diff', '--cached', '--name-only', '-z'], { cwd: repository.folder });
    expect(listed.toString('latin1').split('\0').filter(Boolean).sort()).toEqual(
      names.map((name) => name.toString('latin1')).sort(),
    );
    repository.git('reset', '--quiet', '--hard', 'main');
    repository.git('checkout', '--quiet', 'main');
  });

  it.each([
    ['nothing', () => undefined],
    [
      'an ignored file',
      (copy: string) => mkdirSync(join(copy, 'build')) ?? writeFileSync(join(copy, 'build/x'), ''),
    ],
    [
      'installed packages',
      (copy: string) => {
        mkdirSync(join(copy, 'deep/node_modules/x'), { recursive: true });
        mkdirSync(join(copy, 'node_modules/x'), { recursive: true });
        writeFileSync(join(copy, 'node_modules/x/index.js'), '');
        writeFileSync(join(copy, 'node_modules/.package-lock.json'), '{}');
        writeFileSync(join(copy, 'deep/node_modules/.yarn-integrity'), '{}');
        writeFileSync(join(copy, 'deep/node_modules/x/index.js'), '');
      },
    ],
  ])('of %s is empty', async (_, change) => {
    expect(await changed(change)).toMatchObject({ ok: false, error: { code: 'change_empty' } });
  });

  it.each([
    ['an absolute link', link('/etc/passwd', 'escape')],
    ['a climbing link', link('../../etc/passwd', 'src/escape')],
    ['a link into the repository’s own files', link('.git/config', 'escape')],
    ['a link that leaves and comes back', link('../x/../copy/b.txt', 'escape')],
    [
      'a folder replaced by a link',
      (copy: string) => {
        rmSync(join(copy, 'src'), { recursive: true });
        symlinkSync('/etc', join(copy, 'src'));
      },
    ],
  ])('with %s reaches outside', async (_, change) => {
    expect(await changed(change)).toMatchObject({ ok: false, error: { code: 'change_outside' } });
  });
});

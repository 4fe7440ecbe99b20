import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitIdentity } from '../../domain/commit-identity';
import { escapingLinks } from '../../domain/symbolic-links';
import { binaryPatch, deltaBomb } from '../../testing/binary-patch';
import { sampleSource, type SourceRepository } from '../../testing/git-fixture';
import { GitEnvironmentFixture } from '../../testing/git-environment-fixture';
import { GitCommitBuilders } from './git-commit-builders';

const identity = commitIdentity(
  { requestId: 'r', taskId: 't', attempt: 1, agentId: 'enhancer-1', title: 'Make it fast' },
  1_767_225_600,
);
const newFile = (path: string, mode: string, ...lines: string[]) =>
  `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`;

// Each git command is a process.
jest.setTimeout(30_000);

describe('GitCommitBuilders (real git)', () => {
  let environment: GitEnvironmentFixture;
  let source: SourceRepository;
  let base: string;

  beforeEach(async () => {
    environment = new GitEnvironmentFixture();
    source = sampleSource();
    source
      .write('image.bin', Buffer.from([0, 1, 2, 255, 254]))
      .write('tool.sh', 'echo\n')
      .link('current', 'src');
    source.write('model.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n');
    source.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n*.js text eol=crlf\n');
    source.commit('second');
    base = await environment.adopt(source.path);
  });
  afterEach(() => {
    expect(readdirSync(environment.layout.incoming)).toEqual([]);
    environment.remove();
    source.remove();
  });

  async function onBench<T>(
    work: (bench: NonNullable<Awaited<ReturnType<typeof environment.commitBuilders.open>>>) => Promise<T>,
  ) {
    const bench = await environment.commitBuilders.open('sample', base);
    if (!bench) throw new Error('no base');
    try {
      return await work(bench);
    } finally {
      await bench.close();
    }
  }

  const built = (patch: string) =>
    onBench(async (bench) => {
      const applied = await bench.apply(patch);
      if (!applied.ok) throw new Error(applied.error.message);
      return { ...(await bench.commit(identity)), ...(await bench.proposedTree()) };
    });

  const failureOf = (patch: string) =>
    onBench(async (bench) => {
      const paths = await bench.pathsOf(patch);
      if (!paths.ok) return paths.error;
      const applied = await bench.apply(patch);
      return applied.ok ? undefined : applied.error;
    });

  it('builds exactly the tree of the agent from a patch: text, binary, rename, mode, link, LFS pointer', async () => {
    const { patch, tree } = source.propose((at) => {
      at.write('src/unique.js', 'exports.unique = (xs) => [...new Set(xs)];\n')
        .write('image.bin', Buffer.from([9, 8, 7, 0, 0, 1]))
        .write('model.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n')
        .write('neu/ä ö.txt', 'ü\n')
        .write('tool.sh', 'echo\n', 0o755)
        .link('neu/link', '../src/unique.js');
      at.git('mv', 'test/unique.test.js', 'test/renamed.test.js');
    }, '-M');
    expect(patch).toContain('rename from');
    const made = await built(patch);
    expect(made.tree).toBe(tree);
    expect(made.entries.map(({ path, oldMode, newMode }) => `${oldMode} ${newMode} ${path}`).sort()).toEqual([
      '000000 100644 neu/ä ö.txt',
      '000000 100644 test/renamed.test.js',
      '000000 120000 neu/link',
      '100644 000000 test/unique.test.js',
      '100644 100644 image.bin',
      '100644 100644 model.bin',
      '100644 100644 src/unique.js',
      '100644 100755 tool.sh',
    ]);
    expect(made.entries.find(({ path }) => path === 'image.bin')?.size).toBe(6);
    expect(Object.fromEntries(made.linksBefore)).toEqual({ current: 'src' });
    expect(Object.fromEntries(made.linksAfter)).toEqual({ current: 'src', 'neu/link': '../src/unique.js' });
  });

  it('stores the commit under the ref of its change, with the requested author, time and message', async () => {
    const { patch, tree } = source.propose((at) => at.write('a.txt', 'a\n'));
    await onBench(async (bench) => {
      await bench.apply(patch);
      const { commit } = await bench.commit(identity);
      await expect(environment.in('sample', 'cat-file', '-t', commit)).rejects.toThrow();
      await bench.keep('the-change', commit);
      await bench.keep('the-change', commit);
    });
    const kept = await environment.in(
      'sample',
      'log',
      '-1',
      '--format=%T %P %an <%ae> %cn %at %ct %s',
      'refs/ymera/changes/the-change',
    );
    expect(kept).toBe(
      `${tree} ${base} enhancer-1 <enhancer-1@agents.ymera.invalid> YMERA integration 1767225601 1767225601 Make it fast`,
    );
    expect(await environment.in('sample', 'fsck', '--strict', '--no-dangling')).toBe('');
    expect(await environment.repositories.head('sample', 'main')).toBe(base);
  });

  it('creates the same commit on every repetition, also after an interrupted attempt', async () => {
    const { patch } = source.propose((at) => at.write('a.txt', 'a\n').write('b/c.txt', 'c\n'));
    const first = await built(patch);
    const again = await onBench(async (bench) => {
      await bench.apply(patch);
      const made = await bench.commit(identity);
      await bench.keep('x', made.commit);
      return made;
    });
    const third = await built(patch);
    expect([again.commit, third.commit]).toEqual([first.commit, first.commit]);
  });

  it('leaves no objects of a rejected commit in the repository', async () => {
    const before = await environment.in('sample', 'count-objects', '-v');
    const { patch } = source.propose((at) => at.write('a.txt', 'secret\n'));
    const { commit } = await built(patch);
    expect(await environment.in('sample', 'count-objects', '-v')).toBe(before);
    await expect(environment.in('sample', 'cat-file', '-e', commit)).rejects.toThrow();
  });

  it('accepts only a commit as base', async () => {
    const tree = await environment.in('sample', 'rev-parse', 'HEAD^{tree}');
    const login = ['-c', 'user.name=a', '-c', 'user.email=a@example.org'];
    await environment.in('sample', ...login, 'tag', '-a', 'v1', '-m', 'v1');
    for (const stranger of ['0'.repeat(40), tree, await environment.in('sample', 'rev-parse', 'v1')])
      expect(await environment.commitBuilders.open('sample', stranger)).toBeUndefined();
  });

  it('throws, instead of reporting an unknown base, when git is killed', async () => {
    const killed = new GitCommitBuilders(environment.killedGit(), environment.layout);
    await expect(killed.open('sample', base)).rejects.toThrow('SIGKILL');
  });

  it('throws, instead of rejecting the patch, when the work folder is broken', async () => {
    const { patch } = source.propose((at) => at.write('a.txt', 'a\n'));
    await onBench(async (bench) => {
      const [folder = ''] = readdirSync(environment.layout.incoming);
      writeFileSync(join(environment.layout.incoming, folder, 'index.lock'), '');
      await expect(bench.apply(patch)).rejects.toThrow('index.lock');
    });
  });

  it('lists the paths of a patch without applying it, also those outside the repository', async () => {
    const patch = [
      newFile('../up.txt', '100644', 'x'),
      newFile('/etc/x', '100644', 'x'),
      newFile('.git/config', '100644', 'x'),
    ];
    await onBench(async (bench) => {
      expect(await bench.pathsOf(patch.join(''))).toEqual({
        ok: true,
        value: ['../up.txt', '/etc/x', '.git/config'],
      });
    });
  });

  it.each<[string, string, string, readonly string[]]>([
    ['a path above the root', newFile('../up.txt', '100644', 'x'), 'change_outside', ['../up.txt']],
    ['a path into .git', newFile('.git/config', '100644', 'x'), 'change_outside', ['.git/config']],
    [
      'a path that a Mac reads as .git',
      newFile('.g\u200cit/config', '100644', 'x'),
      'change_outside',
      ['.g\u200cit/config'],
    ],
    [
      'a path that Windows reads as .git',
      newFile('git~1/config', '100644', 'x'),
      'change_outside',
      ['git~1/config'],
    ],
    ['a file below a link', newFile('current/new.js', '100644', 'x'), 'change_outside', ['current/new.js']],
    ['a new file that exists already', newFile('tool.sh', '100644', 'x'), 'patch_invalid', ['tool.sh']],
    [
      'a hunk that does not fit',
      'diff --git a/tool.sh b/tool.sh\n--- a/tool.sh\n+++ b/tool.sh\n@@ -1 +1 @@\n-other\n+x\n',
      'patch_invalid',
      ['tool.sh'],
    ],
    [
      'a file that does not exist',
      'diff --git a/none b/none\n--- a/none\n+++ b/none\n@@ -1 +1 @@\n-other\n+x\n',
      'patch_invalid',
      ['none'],
    ],
    ['text that is no patch', 'I have made it faster.\n', 'patch_invalid', []],
    ['a mode of folders only', 'diff --git a/x b/x\nnew file mode 040000\n', 'patch_invalid', []],
    ['half a binary patch', binaryPatch('x.bin', 'literal 100', Buffer.from('short')), 'patch_invalid', []],
  ])('refuses %s', async (_, patch, code, files) => {
    expect(await failureOf(patch)).toMatchObject({ code, files });
  });

  it('rejects a small patch that unpacks to gigabytes, within bounded memory', async () => {
    source.write('big.bin', Buffer.alloc(1 << 20, 1)).commit('big');
    base = await environment.adopt(source.path);
    const oid = source.git('rev-parse', 'HEAD:big.bin');
    const bomb = deltaBomb('big.bin', oid, 1 << 20, 4096);
    expect(bomb.length).toBeLessThan(100_000);
    expect((await failureOf(bomb))?.code).toBe('change_too_large');
  });

  it('reports a new submodule and a file that became a symbolic link', async () => {
    const submodule = newFile('sub', '160000', `Subproject commit ${'1'.repeat(40)}`);
    const typeChange =
      'diff --git a/tool.sh b/tool.sh\ndeleted file mode 100644\n--- a/tool.sh\n+++ /dev/null\n@@ -1 +0,0 @@\n-echo\n' +
      `${newFile('tool.sh', '120000', '../../etc/passwd')}\\ No newline at end of file\n`;
    const { entries, linksAfter } = await built(submodule + typeChange);
    expect(entries).toEqual([
      { path: 'sub', oldMode: '000000', newMode: '160000', size: 0, isBinary: false },
      { path: 'tool.sh', oldMode: '100644', newMode: '120000', size: 16, isBinary: false },
    ]);
    expect(linksAfter.get('tool.sh')).toBe('../../etc/passwd');
  });

  it('builds commits in SHA-256 repositories', async () => {
    const modern = sampleSource({ format: 'sha256' });
    base = await environment.adopt(modern.path);
    const { patch, tree } = modern.propose((at) => at.write('a.txt', 'a\n'));
    expect((await built(patch)).tree).toBe(tree);
    modern.remove();
  });

  it('preserves file names that are not UTF-8 and are quoted in the patch', async () => {
    const patch = [
      'diff --git "a/caf\\351.txt" "b/caf\\351.txt"\nnew file mode 100644\n--- /dev/null\n',
      '+++ "b/caf\\351.txt"\n@@ -0,0 +1 @@\n+x\n',
    ].join('');
    await onBench(async (bench) => {
      expect((await bench.pathsOf(patch)).ok).toBe(true);
      expect((await bench.apply(patch)).ok).toBe(true);
      expect((await bench.proposedTree()).entries).toHaveLength(1);
      const { commit } = await bench.commit(identity);
      await bench.keep('coffee', commit);
    });
    const listed = await environment.in('sample', 'ls-tree', '--name-only', 'refs/ymera/changes/coffee');
    expect(listed.split('\n')).toContain('"caf\\351.txt"');
  });

  it('distinguishes two links whose names differ in bytes that are not UTF-8', async () => {
    const linkTo = (name: string, target: string) =>
      [
        `diff --git "a/${name}" "b/${name}"\nnew file mode 120000\n--- /dev/null\n+++ "b/${name}"\n`,
        `@@ -0,0 +1 @@\n+${target}\n\\ No newline at end of file\n`,
      ].join('');
    await onBench(async (bench) => {
      await bench.apply(`${linkTo('x\\350', '/etc/passwd')}${linkTo('x\\351', 'README.md')}`);
      const tree = await bench.proposedTree();
      expect(tree.linksAfter.size - tree.linksBefore.size).toBe(2);
      expect(escapingLinks(tree.linksAfter)).toEqual(['"x\\350"']);
    });
  });

  it('runs no hook and no filter of the repository', async () => {
    const trap = join(environment.dataDir, 'trapped');
    const hooks = join(environment.repositories.pathOf('sample'), 'hooks');
    mkdirSync(hooks);
    writeFileSync(join(hooks, 'reference-transaction'), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    await environment.in('sample', 'config', 'filter.lfs.clean', `touch ${trap}`);
    const { patch, tree } = source.propose((at) => at.write('crlf.js', 'a\r\nb\n').write('m.bin', 'x'));
    await onBench(async (bench) => {
      await bench.apply(patch);
      const made = await bench.commit(identity);
      await bench.keep('x', made.commit);
      expect(made.tree).toBe(await environment.in('sample', 'rev-parse', 'refs/ymera/changes/x^{tree}'));
    });
    expect(existsSync(trap)).toBe(false);
    expect(tree).toMatch(/^[0-9a-f]{40}$/);
  });
});

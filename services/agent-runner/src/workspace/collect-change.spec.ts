import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CollectionFixture, edit, write } from '../testing/collection-fixture';

jest.setTimeout(60_000);

const fixture = new CollectionFixture();
const applied = fixture.applied.bind(fixture);
const git = fixture.git.bind(fixture);

afterAll(() => fixture.close());

describe('collecting a change in a repository with a submodule', () => {
  it.each<[string, (copy: string) => unknown]>([
    ['a new file in its empty folder', write({ 'vendor/lib/two.mjs': '2' })],
    [
      'a file in the place of its folder',
      (copy) => {
        rmSync(join(copy, 'vendor/lib'), { recursive: true });
        writeFileSync(join(copy, 'vendor/lib'), '');
      },
    ],
    ['the removal of its folder', (copy) => rmSync(join(copy, 'vendor/lib'), { recursive: true })],
    ['another .gitmodules', write({ '.gitmodules': '' })],
    [
      'an edit after git submodule update',
      (copy) => {
        git(copy, 'submodule', '--quiet', 'update', '--init');
        write({ 'vendor/lib/one.mjs': 'export const one = 2;\n' })(copy);
      },
    ],
    [
      'a commit in it',
      (copy) => {
        git(copy, 'submodule', '--quiet', 'update', '--init');
        git(join(copy, 'vendor/lib'), 'commit', '--quiet', '--allow-empty', '--message', 'x');
      },
    ],
  ])('fails with a code because of %s', async (_, work) => {
    const told = await fixture.refusal((copy) => {
      edit(copy);
      work(copy);
    });
    expect(told).toMatch(/^submodule_changed: .*(vendor\/lib|\.gitmodules)/);
  });

  it('succeeds when the command has only read the submodule', async () => {
    const told = await applied((copy) => {
      edit(copy);
      git(copy, 'submodule', '--quiet', 'update', '--init');
    });
    expect(told).toEqual(['M src/sum.mjs']);
  });
});

describe('another repository in the working copy', () => {
  it.each<[string, (folder: string) => unknown]>([
    ['without a commit', () => undefined],
    ['with a commit', (folder) => git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'x')],
    [
      'with commits of its files',
      (folder) => {
        git(folder, 'add', '--all');
        git(folder, 'commit', '--quiet', '--message', 'x');
      },
    ],
  ])('%s is refused with its name and a suggestion', async (_, work) => {
    const result = await fixture.collected((copy) => {
      edit(copy);
      write({ 'examples/app/index.mjs': '1' })(copy);
      git(join(copy, 'examples/app'), 'init', '--quiet');
      work(join(copy, 'examples/app'));
    });
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'nested_repository',
        message: expect.stringContaining('examples/app'),
        suggestion: expect.stringContaining('Remove the .git of examples/app'),
      },
    });
  });

  it('is refused as a worktree of the working copy', async () => {
    const told = await fixture.refusal((copy) => git(copy, 'worktree', 'add', '--quiet', 'trees/x', 'HEAD'));
    expect(told).toMatch(/^nested_repository: .*trees\/x/);
  });

  it('is left out in an ignored folder', async () => {
    const told = await fixture.messages((copy) => {
      edit(copy);
      write({ 'generated/app/index.mjs': '1' })(copy);
      git(join(copy, 'generated/app'), 'init', '--quiet');
    });
    expect(told).toEqual(['info Not in the change: ignored: generated/.']);
  });

  it('does not hide a folder whose files are tracked', async () => {
    const told = await applied((copy) => {
      edit(copy);
      write({ 'src/new.mjs': '' })(copy);
      git(join(copy, 'src'), 'init', '--quiet');
    });
    expect(told).toEqual(['A src/new.mjs', 'M src/sum.mjs']);
  });

  it('is collected as files when it is bare, like a fixture', async () => {
    const told = await applied((copy) => git(copy, 'init', '--quiet', '--bare', 'test/fixtures/repo.git'));
    expect(told).toContain('A test/fixtures/repo.git/HEAD');
  });
});

describe('changes of a command to its own git', () => {
  it.each<[string, (copy: string) => unknown, readonly string[]]>([
    ['a commit', (copy) => git(copy, 'commit', '--quiet', '--all', '--message', 'x'), ['M src/sum.mjs']],
    [
      'skip-worktree',
      (copy) => git(copy, 'update-index', '--skip-worktree', 'src/sum.mjs'),
      ['M src/sum.mjs'],
    ],
    [
      'assume-unchanged',
      (copy) => git(copy, 'update-index', '--assume-unchanged', 'src/sum.mjs'),
      ['M src/sum.mjs'],
    ],
    [
      'info/exclude',
      (copy) => {
        writeFileSync(join(copy, '.git/info/exclude'), '*\n');
        writeFileSync(join(copy, 'new.mjs'), '');
      },
      ['M src/sum.mjs', 'A new.mjs'],
    ],
    [
      'an ignore rule for a tracked file',
      write({ '.gitignore': 'src/\n' }),
      ['M .gitignore', 'M src/sum.mjs'],
    ],
    [
      'a forced add',
      (copy) => {
        write({ 'build/wanted.js': '1', 'build/other.js': '2' })(copy);
        git(copy, 'add', '--force', 'build/wanted.js');
      },
      ['A build/wanted.js', 'M src/sum.mjs'],
    ],
    [
      'a forced add of a deleted file',
      (copy) => {
        write({ 'build/wanted.js': '1' })(copy);
        git(copy, 'add', '--force', 'build/wanted.js');
        rmSync(join(copy, 'build'), { recursive: true });
      },
      ['M src/sum.mjs'],
    ],
    [
      'a forced add with characters that git reads as patterns',
      (copy) => {
        write({ 'build/[a]*.js': '1', 'build/a.js': '1' })(copy);
        git(copy, 'add', '--force', ':(literal)build/[a]*.js');
      },
      ['A build/[a]*.js', 'M src/sum.mjs'],
    ],
    ['an index that is none', (copy) => writeFileSync(join(copy, '.git/index'), 'x'), ['M src/sum.mjs']],
    [
      'an index that is a link',
      (copy) => {
        rmSync(join(copy, '.git/index'));
        symlinkSync('/etc/hostname', join(copy, '.git/index'));
      },
      ['M src/sum.mjs'],
    ],
    ['the removal of .git', (copy) => rmSync(join(copy, '.git'), { recursive: true }), ['M src/sum.mjs']],
  ])('do not affect the collected change: %s', async (_, work, expected) => {
    const told = await applied((copy) => {
      edit(copy);
      work(copy);
    });
    expect(told).toEqual([...expected].sort());
  });
});

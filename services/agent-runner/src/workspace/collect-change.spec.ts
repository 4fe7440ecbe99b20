import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ChangeLimits } from '@ymera/config';
import type { Result } from '@ymera/kernel';
import { GitFixture } from '../testing/git-fixture';
import { patchText } from '../testing/patch-text';
import { defaultChangeLimits, SandboxFixture } from '../testing/sandbox-fixture';
import type { CollectedChange } from './collect-change';

jest.setTimeout(60_000);

const repository = new GitFixture();
const library = new GitFixture();
const sandbox = new SandboxFixture();
library.commit({ 'one.mjs': 'export const one = 1;\n' });
repository.commit({
  'package.json': '{}\n',
  'package-lock.json': '{}\n',
  'src/sum.mjs': 'export const sum = (a, b) => a + b;\n',
  'lib/kept.mjs': '',
  '.gitignore': '*.log\nbuild/\n/lib/\ngenerated/\n',
  'test/fixtures/node_modules/one/index.js': 'module.exports = 1;\n',
});
repository.git('add', '--force', 'lib/kept.mjs', 'test/fixtures');
repository.git(
  '-c',
  'protocol.file.allow=always',
  'submodule',
  '--quiet',
  'add',
  library.folder,
  'vendor/lib',
);
repository.git('commit', '--quiet', '--message', 'base');
const base = repository.git('rev-parse', 'HEAD');

afterAll(() => {
  repository.close();
  library.close();
  sandbox.close();
});

const at = (copy: string, path: string): string => {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  return join(copy, path);
};
const write =
  (files: Readonly<Record<string, string | Buffer>>) =>
  (copy: string): void => {
    for (const [path, content] of Object.entries(files)) writeFileSync(at(copy, path), content);
  };
const git = (folder: string, ...args: string[]): string =>
  execFileSync(
    'git',
    ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'protocol.file.allow=always', ...args],
    {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: sandbox.folder,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'safe.directory',
        GIT_CONFIG_VALUE_0: '*',
      },
    },
  ).trim();

async function collected(
  change: (copy: string) => void,
  limits: ChangeLimits = defaultChangeLimits,
): Promise<Result<CollectedChange>> {
  const workspaces = sandbox.workspaces(join(sandbox.folder, 'workspaces'), sandbox.bubblewrap, limits);
  const workspace = await workspaces.prepare({ url: repository.folder, commit: base, hasGit: true });
  if (!workspace.ok) throw new Error(workspace.error.message);
  try {
    change(workspace.value.copy);
    return await workspace.value.collectChange();
  } finally {
    await workspace.value.close();
  }
}

async function change(work: (copy: string) => void): Promise<CollectedChange> {
  const result = await collected(work);
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.value;
}

/** Status and path, as `git status` shows them once the patch is applied to the base. */
async function applied(work: (copy: string) => void): Promise<readonly string[]> {
  const text = patchText(await change(work));
  repository.git('checkout', '--quiet', base);
  try {
    repository.apply(text);
    const listed = execFileSync('git', ['diff', '--cached', '--name-status', '--no-renames', '-z'], {
      cwd: repository.folder,
    });
    const fields = listed.toString('latin1').split('\0').filter(Boolean);
    return fields.flatMap((status, index) =>
      index % 2 === 0 ? [`${status} ${fields[index + 1] ?? ''}`] : [],
    );
  } finally {
    repository.git('reset', '--quiet', '--hard');
    repository.git('checkout', '--quiet', 'main');
  }
}

const refusal = async (work: (copy: string) => void): Promise<string> => {
  const result = await collected(work);
  return result.ok ? 'no refusal' : `${result.error.code}: ${result.error.message}`;
};
const messages = async (work: (copy: string) => void): Promise<readonly string[]> =>
  (await change(work)).findings.map(({ severity, message }) => `${severity} ${message}`);

const edit = write({ 'src/sum.mjs': 'export const sum = (a, b) => b + a;\n' });

describe('a change in a repository with a submodule', () => {
  it.each<[string, (copy: string) => void]>([
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
  ])('is refused by name because of %s', async (_, work) => {
    const told = await refusal((copy) => {
      edit(copy);
      work(copy);
    });
    expect(told).toMatch(/^submodule_changed: .*(vendor\/lib|\.gitmodules)/);
  });

  it('is taken when the command has only looked into the submodule', async () => {
    const told = await applied((copy) => {
      edit(copy);
      git(copy, 'submodule', '--quiet', 'update', '--init');
    });
    expect(told).toEqual(['M src/sum.mjs']);
  });
});

describe('another repository in the working copy', () => {
  it.each<[string, (folder: string) => void]>([
    ['without a commit', () => undefined],
    ['with a commit', (folder) => git(folder, 'commit', '--quiet', '--allow-empty', '--message', 'x')],
    [
      'with commits of its files',
      (folder) => {
        git(folder, 'add', '--all');
        git(folder, 'commit', '--quiet', '--message', 'x');
      },
    ],
  ])('%s is refused by name, with what to do', async (_, work) => {
    const result = await collected((copy) => {
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
    const told = await refusal((copy) => git(copy, 'worktree', 'add', '--quiet', 'trees/x', 'HEAD'));
    expect(told).toMatch(/^nested_repository: .*trees\/x/);
  });

  it('is left out in an ignored folder', async () => {
    const told = await messages((copy) => {
      edit(copy);
      write({ 'generated/app/index.mjs': '1' })(copy);
      git(join(copy, 'generated/app'), 'init', '--quiet');
    });
    expect(told).toEqual(['info Not in the change: ignored: generated/.']);
  });

  it('hides nothing of a folder whose files are tracked', async () => {
    const told = await applied((copy) => {
      edit(copy);
      write({ 'src/new.mjs': '' })(copy);
      git(join(copy, 'src'), 'init', '--quiet');
    });
    expect(told).toEqual(['A src/new.mjs', 'M src/sum.mjs']);
  });

  it('is taken as files when it is bare, as fixtures are', async () => {
    const told = await applied((copy) => git(copy, 'init', '--quiet', '--bare', 'test/fixtures/repo.git'));
    expect(told).toContain('A test/fixtures/repo.git/HEAD');
  });
});

describe('what a command does to its own git', () => {
  it.each<[string, (copy: string) => void, readonly string[]]>([
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
      'a forced add of a file that is gone again',
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
  ])('changes nothing about what counts: %s', async (_, work, expected) => {
    const told = await applied((copy) => {
      edit(copy);
      work(copy);
    });
    expect([...told].sort()).toEqual([...expected].sort());
  });
});

describe('what is left out of a change', () => {
  it('is named, folders as one and by-products by their names', async () => {
    const told = await messages((copy) => {
      edit(copy);
      write({ 'notes.log': 'x', 'generated/a.txt': '', 'generated/b.txt': '', 'build/x/y.js': '' })(copy);
      mkdirSync(join(copy, 'empty/deep'), { recursive: true });
    });
    expect(told).toEqual([
      'info Not in the change: ignored: generated/; results of builds and caches: build, notes.log; empty folders, which git cannot hold: empty/.',
    ]);
  });

  it('stands out when it looks like a part of the change', async () => {
    const { findings } = await change((copy) => {
      write({
        'src/sum.mjs': "import { two } from '../generated/two.mjs';\nexport const sum = (a) => a + two;\n",
        'generated/two.mjs': '',
        'lib/new.mjs': '',
        'lib/notes.txt': '',
      })(copy);
    });
    expect(findings.map(({ severity, file }) => `${severity} ${file ?? ''}`)).toEqual([
      'medium generated/',
      'medium lib/new.mjs',
      'info ',
    ]);
    expect(findings[0]).toMatchObject({
      code: 'left_out',
      message: expect.stringContaining('although src/sum.mjs imports it'),
      suggestion: expect.stringContaining('git add --force'),
    });
  });

  it('is nothing for a change that writes nothing else', async () => {
    expect(await messages(edit)).toEqual([]);
  });

  it('is named also when nothing else was written', async () => {
    expect(await refusal(write({ 'generated/a.txt': '' }))).toBe(
      'change_empty: Nothing was changed in the working copy. What was written is ignored by the project: generated/.',
    );
  });
});

describe('folders called node_modules', () => {
  it('are part of the change as fixtures', async () => {
    const told = await applied(
      write({
        'test/fixtures/node_modules/two/index.js': '2',
        'test/fixtures/node_modules/one/index.js': '1.1',
        'test/other/node_modules/three/package.json': '{}',
      }),
    );
    expect(told).toEqual([
      'M test/fixtures/node_modules/one/index.js',
      'A test/fixtures/node_modules/two/index.js',
      'A test/other/node_modules/three/package.json',
    ]);
  });

  it('are named and left out where packages are installed', async () => {
    const install = write({
      'node_modules/a/index.js': '',
      'tools/node_modules/.yarn-integrity': '',
      'tools/node_modules/a/index.js': '',
      'packages/x/package.json': '{}',
      'packages/x/node_modules/b/index.js': '',
    });
    const work = (copy: string) => {
      edit(copy);
      install(copy);
    };
    expect(await applied(work)).toEqual(['A packages/x/package.json', 'M src/sum.mjs']);
    expect(await messages(work)).toEqual([
      'info Not in the change: installed packages: node_modules/, packages/x/node_modules/, tools/node_modules/.',
    ]);
  });
});

describe('whatever is done to files', () => {
  it('arrives: rights, links, renames, names of all kinds', async () => {
    const told = await applied((copy) => {
      chmodSync(join(copy, 'package.json'), 0o755);
      renameSync(join(copy, 'src/sum.mjs'), at(copy, 'core/sum.mjs'));
      symlinkSync('../core', at(copy, 'src/core'));
      write({ 'with "quotes" and \\.txt': '1', 'two\nlines.txt': '2', ' leading': '3', ':(glob)*': '4' })(
        copy,
      );
      writeFileSync(Buffer.from(`${copy}/caf\xe9.txt`, 'latin1'), '5');
    });
    expect([...told].sort()).toEqual([
      'A  leading',
      'A :(glob)*',
      'A caf\xe9.txt',
      'A core/sum.mjs',
      'A src/core',
      'A two\nlines.txt',
      'A with "quotes" and \\.txt',
      'D src/sum.mjs',
      'M package.json',
    ]);
  });
});

describe('the limits on a change', () => {
  const limits = { maxFiles: 3, maxBytes: 2_000_000, maxPatchBytes: 1_500_000 };
  const random = (bytes: number) =>
    Buffer.from(Array.from({ length: bytes }, () => Math.floor(Math.random() * 256)));
  const failureOf = async (work: (copy: string) => void) => {
    const result = await collected(work, limits);
    return result.ok ? undefined : result.error;
  };

  it.each<[string, (copy: string) => void, RegExp, RegExp]>([
    ['files', write({ a: '', b: '', c: '', d: '' }), /4 files; the limit is 3/, /YMERA_CHANGE_MAX_FILES/],
    [
      'bytes',
      write({ a: '1', 'big.txt': 'x\n'.repeat(1_000_001) }),
      /2000003 bytes; the limit is 2000000.*big\.txt with 2000002/,
      /YMERA_CHANGE_MAX_BYTES/,
    ],
    [
      'bytes of the patch',
      write({ 'big.bin': random(1_400_000) }),
      /patch has more bytes than the limit of 1500000/,
      /YMERA_CHANGE_MAX_PATCH_BYTES/,
    ],
  ])('are said with the figure and the variable: %s', async (_, work, message, suggestion) => {
    expect(await failureOf(work)).toMatchObject({
      code: 'change_too_large',
      message: expect.stringMatching(message),
      suggestion: expect.stringMatching(suggestion),
    });
  });

  it('let a patch through that is too large for a message, in a file', async () => {
    const workspaces = sandbox.workspaces(join(sandbox.folder, 'workspaces'));
    const workspace = await workspaces.prepare({ url: repository.folder, commit: base, hasGit: true });
    if (!workspace.ok) throw new Error(workspace.error.message);
    write({ 'big.bin': random(1_000_000) })(workspace.value.copy);
    const result = await workspace.value.collectChange();
    if (!result.ok) throw new Error(result.error.message);
    const { patch } = result.value;
    expect(patch.text).toBeUndefined();
    expect(patch.sizeBytes).toBeGreaterThan(1_000_000);
    repository.git('checkout', '--quiet', base);
    repository.git('apply', '--index', patch.file);
    expect(repository.git('diff', '--cached', '--name-only')).toBe('big.bin');
    repository.git('reset', '--quiet', '--hard');
    repository.git('checkout', '--quiet', 'main');
    await workspace.value.close();
  });
});

import { chmodSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, CollectionFixture, edit, write } from '../testing/collection-fixture';

jest.setTimeout(60_000);

const fixture = new CollectionFixture();

afterAll(() => fixture.close());

describe('paths left out of a change', () => {
  it('are named, folders as one and by-products by their names', async () => {
    const told = await fixture.messages((copy) => {
      edit(copy);
      write({ 'notes.log': 'x', 'generated/a.txt': '', 'generated/b.txt': '', 'build/x/y.js': '' })(copy);
      mkdirSync(join(copy, 'empty/deep'), { recursive: true });
    });
    expect(told).toEqual([
      'info Not in the change: ignored: generated/; results of builds and caches: build, notes.log; empty folders, which git cannot hold: empty/.',
    ]);
  });

  it('are reported separately when they look like a part of the change', async () => {
    const { findings } = await fixture.change((copy) => {
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

  it('are not reported for a change without any', async () => {
    expect(await fixture.messages(edit)).toEqual([]);
  });

  it('are named also when nothing else was written', async () => {
    expect(await fixture.refusal(write({ 'generated/a.txt': '' }))).toBe(
      'change_empty: Nothing was changed in the working copy. The project ignores the written files: generated/.',
    );
  });
});

describe('folders called node_modules', () => {
  it('are part of the change as fixtures', async () => {
    const told = await fixture.applied(
      write({
        'test/fixtures/node_modules/two/index.js': '2',
        'test/fixtures/node_modules/one/index.js': '1.1',
        'test/other/node_modules/three/package.json': '{}',
      }),
    );
    expect(told).toEqual([
      'A test/fixtures/node_modules/two/index.js',
      'A test/other/node_modules/three/package.json',
      'M test/fixtures/node_modules/one/index.js',
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
    expect(await fixture.applied(work)).toEqual(['A packages/x/package.json', 'M src/sum.mjs']);
    expect(await fixture.messages(work)).toEqual([
      'info Not in the change: installed packages: node_modules/, packages/x/node_modules/, tools/node_modules/.',
    ]);
  });
});

describe('changes of files', () => {
  it('are collected: permissions, links, renames, names of all kinds', async () => {
    const told = await fixture.applied((copy) => {
      chmodSync(join(copy, 'package.json'), 0o755);
      renameSync(join(copy, 'src/sum.mjs'), at(copy, 'core/sum.mjs'));
      symlinkSync('../core', at(copy, 'src/core'));
      write({ 'with "quotes" and \\.txt': '1', 'two\nlines.txt': '2', ' leading': '3', ':(glob)*': '4' })(
        copy,
      );
      writeFileSync(Buffer.from(`${copy}/caf\xe9.txt`, 'latin1'), '5');
    });
    expect(told).toEqual([
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
  const failureOf = async (work: (copy: string) => unknown) => {
    const result = await fixture.collected(work, limits);
    return result.ok ? undefined : result.error;
  };

  it.each<[string, (copy: string) => unknown, RegExp, RegExp]>([
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
  ])('are reported with the figure and the variable: %s', async (_, work, message, suggestion) => {
    expect(await failureOf(work)).toMatchObject({
      code: 'change_too_large',
      message: expect.stringMatching(message),
      suggestion: expect.stringMatching(suggestion),
    });
  });

  it('allow a patch above the size of a message, in a file', () =>
    fixture.within(async (workspace) => {
      write({ 'big.bin': random(1_000_000) })(workspace.copy);
      const result = await workspace.collectChange();
      if (!result.ok) throw new Error(result.error.message);
      const { patch } = result.value;
      expect(patch.text).toBeUndefined();
      expect(patch.sizeBytes).toBeGreaterThan(1_000_000);
      fixture.onBase(() => {
        fixture.repository.git('apply', '--index', patch.file);
        expect(fixture.repository.git('diff', '--cached', '--name-only')).toBe('big.bin');
      });
    }));
});

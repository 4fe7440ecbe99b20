import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DependenciesFixture } from '../../testing/dependencies-fixture';
import { FakeNpmRegistry } from '../../testing/fake-npm-registry';
import { Dependencies } from './dependencies';
import { manifestFindings } from './install-problem';

jest.setTimeout(120_000);

const registry = new FakeNpmRegistry(['1.0.0', '2.0.0']);
beforeAll(() => registry.listen());
afterAll(() => registry.close());

const manifest = (version = '1.0.0', more: object = {}): string =>
  JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { tiny: version }, ...more });
const lock = (packages: object, version = '1.0.0', more: object = {}): string =>
  JSON.stringify(
    {
      name: 'x',
      version: '1.0.0',
      lockfileVersion: 3,
      packages: {
        '': { name: 'x', version: '1.0.0', dependencies: { tiny: version }, ...more },
        ...packages,
      },
    },
    null,
    2,
  );
const plain = () => ({
  'package.json': manifest(),
  'package-lock.json': lock({ 'node_modules/tiny': registry.locked('1.0.0') }),
});

describe('the packages of an npm project', () => {
  let fixture: DependenciesFixture;
  beforeEach(() => {
    fixture = new DependenciesFixture();
    registry.asked.length = 0;
  });
  afterEach(() => fixture.close());

  const prepare = (files: Record<string, string | null>, options: object = {}, base?: string) =>
    fixture.prepare(
      files,
      { registries: { npm: registry.address, named: [registry.address] }, ...options },
      base,
    );

  it.each([
    ['without dependencies', { 'package.json': '{}' }],
    ['with an empty lockfile', { 'package-lock.json': '{"lockfileVersion":3,"packages":{"":{}}}' }],
  ])('are none %s', async (_, files) => {
    const { prepared, workspace } = await prepare(files, { network: false });
    expect(prepared).toEqual({ ok: true, value: {} });
    await workspace.close();
  });

  it('fail when git cannot read the manifest', async () => {
    const workspace = await fixture.open(fixture.repository.commit(plain()));
    await workspace.close();
    const dependencies = new Dependencies(fixture.sandbox.bubblewrap, {
      folder: fixture.folder,
      network: false,
    });
    expect(await dependencies.prepare(workspace, new AbortController().signal)).toMatchObject({
      ok: false,
      error: { code: 'repository_unreadable' },
    });
  });

  it('are installed in the part of a repository that declares them', async () => {
    const { prepared, workspace } = await prepare({
      'go.mod': 'module example.org/x\n',
      'web/package.json': manifest(),
      'web/package-lock.json': plain()['package-lock.json'],
    });
    const ran = await fixture.run(workspace, prepared, 'cd web && node -p "require(\'tiny\')"');
    expect(ran).toMatchObject({ exitCode: 0 });
    await workspace.close();
  });

  it('are installed once without scripts, and are writable without becoming part of a change', async () => {
    const closed = await prepare(plain(), { network: false });
    expect(closed.prepared).toMatchObject({ ok: false, error: { code: 'dependencies_unavailable' } });
    const { prepared, workspace } = await prepare({ 'other.txt': 'one' });
    const tested = await fixture.run(
      workspace,
      prepared,
      'node -p "require(\'tiny\')"; ls node_modules/tiny; mkdir node_modules/.vite && touch node_modules/tiny/written',
    );
    expect(tested).toMatchObject({ exitCode: 0, stdout: '1.0.0\nindex.js\npackage.json\n' });
    expect(prepared).toMatchObject({
      value: { notes: [expect.stringContaining('not run, also not those of tiny')] },
    });
    expect(await workspace.collectChange()).toMatchObject({ ok: false, error: { code: 'change_empty' } });
    await workspace.close();

    registry.asked.length = 0;
    const again = await prepare({ 'other.txt': 'two' }, { network: false });
    const seen = await fixture.run(again.workspace, again.prepared, 'ls -A node_modules node_modules/tiny');
    expect(seen.stdout).not.toMatch(/\.vite|written/);
    expect(registry.asked).toEqual([]);
    expect(readdirSync(fixture.folder)).toHaveLength(1);
    await again.workspace.close();
  });

  it('are each workspace’s own, and links between workspaces lead into the working copy', async () => {
    const member = { name: 'a', version: '1.0.0', dependencies: { tiny: '2.0.0' } };
    const { prepared, workspace } = await prepare({
      'package.json': manifest('1.0.0', { workspaces: ['packages/*'] }),
      'packages/a/package.json': JSON.stringify(member),
      'packages/a/index.js': "module.exports = 'a ' + require('tiny');",
      'packages/b/package.json': JSON.stringify({ name: 'b', version: '1.0.0' }),
      'packages/b/index.js': "module.exports = 'b ' + require('tiny');",
      'package-lock.json': lock(
        {
          'node_modules/a': { resolved: 'packages/a', link: true },
          'node_modules/b': { resolved: 'packages/b', link: true },
          'node_modules/tiny': registry.locked('1.0.0'),
          'packages/a': member,
          'packages/a/node_modules/tiny': registry.locked('2.0.0'),
          'packages/b': { name: 'b', version: '1.0.0' },
        },
        '1.0.0',
        { workspaces: ['packages/*'] },
      ),
    });
    const tested = await fixture.run(workspace, prepared, "node -p \"require('a') + ', ' + require('b')\"");
    expect(tested.stdout).toBe('a 2.0.0, b 1.0.0\n');
    await workspace.close();
  });

  it('may be workspaces that need each other, also without a lockfile', async () => {
    const { prepared, workspace } = await prepare({
      'package.json': JSON.stringify({ name: 'x', workspaces: ['packages/*'] }),
      'packages/a/package.json': JSON.stringify({ name: 'a', version: '1.0.0', dependencies: { b: '*' } }),
      'packages/b/package.json': JSON.stringify({ name: 'b', version: '1.0.0' }),
      'packages/b/index.js': "module.exports = 'b of the working copy';",
    });
    const tested = await fixture.run(workspace, prepared, 'cd packages/a && node -p "require(\'b\')"');
    expect(tested.stdout).toBe('b of the working copy\n');
    expect(registry.asked).toEqual([]);
    await workspace.close();
  });

  it('are updated when a committed archive changes under the same name', async () => {
    const files = { 'package.json': manifest('file:vendor/tiny.tgz') };
    mkdirSync(join(fixture.repository.folder, 'vendor'));
    for (const version of ['1.0.0', '2.0.0']) {
      writeFileSync(join(fixture.repository.folder, 'vendor/tiny.tgz'), registry.tarball(version));
      const { prepared, workspace } = await prepare(files);
      const tested = await fixture.run(workspace, prepared, 'node -p "require(\'tiny\')"');
      expect(tested.stdout).toBe(`${version}\n`);
      await workspace.close();
    }
    expect(registry.asked).toEqual([]);
  });

  it('do not hide a committed folder of that name elsewhere', async () => {
    const { prepared, workspace } = await prepare({
      ...plain(),
      'test/fixtures/node_modules/one/index.js': 'module.exports = 1;',
    });
    const tested = await fixture.run(workspace, prepared, 'cat test/fixtures/node_modules/one/index.js');
    expect(tested.stdout).toBe('module.exports = 1;');
    await workspace.close();
  });

  it('are the registry’s current ones without a lockfile, with a note', async () => {
    const { prepared, workspace } = await prepare({ 'package.json': manifest('^1.0.0') });
    expect(prepared).toMatchObject({ value: { notes: [expect.stringContaining('There is no lockfile')] } });
    expect((await fixture.run(workspace, prepared, 'node -p "require(\'tiny\')"')).stdout).toBe('1.0.0\n');
    await workspace.close();
  });

  it('are reported with npm’s reason when the lockfile lacks them', async () => {
    const { prepared, workspace } = await prepare({ ...plain(), 'package.json': manifest('2.0.0') });
    if (prepared.ok) throw new Error('it was prepared');
    expect(prepared.error).toMatchObject({ kind: 'validation', code: 'dependencies_out_of_sync' });
    expect(manifestFindings(prepared.error)).toMatchObject([
      {
        code: 'dependencies_unavailable',
        severity: 'high',
        file: 'package-lock.json',
        message: expect.stringMatching(/Invalid: lock file's tiny@1\.0\.0 does not satisfy tiny@2\.0\.0/),
      },
    ]);
    expect(readdirSync(fixture.folder)).toEqual([]);
    await workspace.close();
  });

  it('are not fetched from a server that the change names', async () => {
    const elsewhere = 'https://packages.example.invalid/tiny-1.0.0.tgz';
    const { prepared, workspace } = await prepare({
      'package.json': manifest(),
      'package-lock.json': lock({ 'node_modules/tiny': registry.locked('1.0.0', elsewhere) }),
    });
    if (prepared.ok) throw new Error('it was prepared');
    expect(manifestFindings(prepared.error)).toMatchObject([
      { code: 'dependency_source_refused', severity: 'high', file: 'package-lock.json', line: 15 },
    ]);
    expect(registry.asked).toEqual([]);
    await workspace.close();
  });

  it('may be fetched from a server that the base names', async () => {
    const named = { '.npmrc': 'registry=https://packages.example.invalid/\n' };
    const base = fixture.repository.commit({ ...named, 'package.json': '{}' });
    const { prepared, workspace } = await prepare({ ...named, ...plain() }, {}, base);
    expect(prepared).toMatchObject({ ok: true });
    await workspace.close();
  });
});

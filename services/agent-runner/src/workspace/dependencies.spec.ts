import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { GitFixture } from '../testing/git-fixture';
import { SandboxFixture } from '../testing/sandbox-fixture';
import { Dependencies } from './dependencies';

jest.setTimeout(120_000);

const sandbox = new SandboxFixture();
const repository = new GitFixture();
const workspaces = sandbox.workspaces(join(sandbox.folder, 'workspaces'));
const folder = join(sandbox.folder, 'dependencies');
const signal = new AbortController().signal;

/** A registry with one package, whose install script must not run. */
const tarball = (() => {
  const parent = join(sandbox.folder, 'pack');
  mkdirSync(join(parent, 'package'), { recursive: true });
  writeFileSync(join(parent, 'package/index.js'), "module.exports = 'tiny';");
  writeFileSync(
    join(parent, 'package/package.json'),
    JSON.stringify({ name: 'tiny', version: '1.0.0', scripts: { install: 'echo ran > ran' } }),
  );
  execFileSync('tar', ['-czf', 'tiny.tgz', 'package'], { cwd: parent });
  return readFileSync(join(parent, 'tiny.tgz'));
})();
let downloads = 0;
const registry = createServer((_, response) => {
  downloads += 1;
  response.end(tarball);
});
const lock = JSON.stringify({
  name: 'x',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: {
    '': { name: 'x', version: '1.0.0', dependencies: { tiny: '1.0.0' } },
    'node_modules/tiny': {
      version: '1.0.0',
      resolved: 'https://registry.npmjs.org/tiny/-/tiny-1.0.0.tgz',
      integrity: `sha512-${createHash('sha512').update(tarball).digest('base64')}`,
      hasInstallScript: true,
    },
  },
});
const manifest = JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { tiny: '1.0.0' } });

beforeAll(() => new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  registry.close();
  repository.close();
  sandbox.close();
});

async function prepare(files: Record<string, string | null>, network: boolean) {
  const commit = repository.commit(files);
  const workspace = await workspaces.prepare({ url: repository.folder, commit });
  if (!workspace.ok) throw new Error(workspace.error.message);
  const address = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const dependencies = new Dependencies(sandbox.bubblewrap, { folder, network, registry: address });
  const prepared = await dependencies.prepare(workspace.value, signal);
  return { prepared, workspace: workspace.value };
}

describe('a project’s packages', () => {
  it('are none without a lockfile, or when it names none', async () => {
    const without = await prepare({ 'package.json': '{}' }, false);
    expect(without.prepared).toEqual({ ok: true, value: {} });
    const empty = await prepare({ 'package-lock.json': '{"lockfileVersion":3,"packages":{"":{}}}' }, false);
    expect(empty.prepared).toEqual({ ok: true, value: {} });
    await without.workspace.close();
    await empty.workspace.close();
  });

  it('are not taken for none when git cannot say', async () => {
    const commit = repository.commit({ 'package.json': manifest, 'package-lock.json': lock });
    const canceled = new AbortController();
    const workspace = await workspaces.prepare({
      url: repository.folder,
      commit,
      signal: canceled.signal,
    });
    if (!workspace.ok) throw new Error(workspace.error.message);
    canceled.abort();
    const dependencies = new Dependencies(sandbox.bubblewrap, { folder, network: false });
    expect(await dependencies.prepare(workspace.value, signal)).toMatchObject({
      ok: false,
      error: { code: 'repository_unreadable' },
    });
    await workspace.value.close();
  });

  it('are not downloaded where policy closes the network', async () => {
    const { prepared, workspace } = await prepare(
      { 'package.json': manifest, 'package-lock.json': lock },
      false,
    );
    expect(prepared).toMatchObject({ ok: false, error: { code: 'dependencies_unavailable' } });
    await workspace.close();
  });

  it('are installed from the lockfile without their scripts, and seen read-only without becoming part of the change', async () => {
    const { prepared, workspace } = await prepare(
      { 'package.json': manifest, 'package-lock.json': lock },
      true,
    );
    if (!prepared.ok) throw new Error(prepared.error.message);
    const outcome = await sandbox.bubblewrap.run({
      profile: 'project',
      command: 'node -p "require(\'tiny\')"; ls node_modules/tiny; touch node_modules/tiny/spoiled',
      workspace: workspace.copy,
      ...prepared.value,
      timeoutMs: 20_000,
    });
    expect(outcome.stdout).toBe('tiny\nindex.js\npackage.json\n');
    expect(outcome.stderr).toContain('Read-only file system');
    expect(await workspace.collectChange()).toMatchObject({ ok: false, error: { code: 'change_empty' } });
    await workspace.close();
  });

  it('are found again by the digest of the lockfile, also without a network', async () => {
    const before = downloads;
    const { prepared, workspace } = await prepare({ 'other.txt': 'changed' }, false);
    expect(prepared).toMatchObject({ ok: true, value: { mounts: [{ target: 'node_modules' }] } });
    expect(downloads).toBe(before);
    expect(readdirSync(folder)).toHaveLength(1);
    await workspace.close();
  });

  it('that do not fit the lockfile are an error that says so, and leave nothing', async () => {
    const { prepared, workspace } = await prepare(
      { 'package.json': manifest.replace('1.0.0"}', '2.0.0"}') },
      true,
    );
    expect(prepared).toMatchObject({ ok: false, error: { code: 'dependencies_unavailable' } });
    expect(readdirSync(folder)).toHaveLength(1);
    await workspace.close();
  });
});

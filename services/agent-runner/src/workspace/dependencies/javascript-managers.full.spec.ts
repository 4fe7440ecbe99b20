import { homedir } from 'node:os';
import { DependenciesFixture } from '../../testing/dependencies-fixture';
import { manifestFindings } from './install-problem';
import { readMachineRegistries } from './registry/machine-registries';

jest.setTimeout(300_000);

const registries = readMachineRegistries(homedir(), process.env, []);
const manifest = (packageManager: string | undefined, dependencies: object = { ms: '2.1.3' }) =>
  JSON.stringify({ name: 'tiny', version: '1.0.0', packageManager, dependencies });
const integrity =
  'sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==';
const pnpmLock = `lockfileVersion: '9.0'

importers:
  .:
    dependencies:
      ms:
        specifier: 2.1.3
        version: 2.1.3

packages:
  ms@2.1.3:
    resolution: {integrity: ${integrity}}

snapshots:
  ms@2.1.3: {}
`;
const yarnLock = `# yarn lockfile v1


ms@2.1.3:
  version "2.1.3"
  resolved "https://registry.yarnpkg.com/ms/-/ms-2.1.3.tgz#574c8138ce1d2b5861f0b44579dbadd60c6615b2"
  integrity ${integrity}
`;
const berryLock = `__metadata:
  version: 8
  cacheKey: 10c0

"ms@npm:2.1.3":
  version: 2.1.3
  resolution: "ms@npm:2.1.3"
  checksum: 10c0/d924b57e7312b3b63ad21fc5b3dc0af5e78d61a1fc7cfb5457edaf26326bf62be5307cc87ffb6862ef1c2b33b0233cdb5d4f01c4c958cc0d660948b65a287a48
  languageName: node
  linkType: hard

"tiny@workspace:.":
  version: 0.0.0-use.local
  resolution: "tiny@workspace:."
  dependencies:
    ms: "npm:2.1.3"
  languageName: unknown
  linkType: soft
`;
const bunLock = `{
  "lockfileVersion": 1,
  "workspaces": { "": { "name": "tiny", "dependencies": { "ms": "2.1.3" } } },
  "packages": { "ms": ["ms@2.1.3", "", {}, "${integrity}"] }
}
`;
type Case = [title: string, files: Record<string, string>, lockfile: string];
const cases: Case[] = [
  [
    'pnpm as the manifest names it',
    { 'package.json': manifest('pnpm@9.12.0'), 'pnpm-lock.yaml': pnpmLock },
    'pnpm-lock.yaml',
  ],
  [
    'pnpm by its lockfile',
    { 'package.json': manifest(undefined), 'pnpm-lock.yaml': pnpmLock },
    'pnpm-lock.yaml',
  ],
  ['Yarn 1', { 'package.json': manifest(undefined), 'yarn.lock': yarnLock }, 'yarn.lock'],
  ['a later Yarn', { 'package.json': manifest('yarn@4.9.4'), 'yarn.lock': berryLock }, 'yarn.lock'],
  ['Bun', { 'package.json': manifest(undefined), 'bun.lock': bunLock }, 'bun.lock'],
];

describe.each(cases)('packages by %s', (_, files, lockfile) => {
  let fixture: DependenciesFixture;
  beforeAll(() => {
    fixture = new DependenciesFixture();
  });
  afterAll(() => fixture.close());

  it('are installed', async () => {
    const { prepared, workspace } = await fixture.prepare(files, { registries });
    const tested = await fixture.run(workspace, prepared, "node -p \"require('ms')('1d')\"");
    expect(tested).toMatchObject({ exitCode: 0, stdout: '86400000\n' });
    await workspace.close();
  });

  it('that the lockfile does not have are a finding with the reason', async () => {
    const stale = (files['package.json'] ?? '').replace('"2.1.3"', '"2.1.3","is-number":"7.0.0"');
    const { prepared, workspace } = await fixture.prepare({ 'package.json': stale }, { registries });
    if (prepared.ok) throw new Error('it was prepared');
    expect(prepared.error).toMatchObject({ kind: 'validation', code: 'dependencies_out_of_sync' });
    expect(manifestFindings(prepared.error)).toMatchObject([
      { file: lockfile, code: 'dependencies_unavailable' },
    ]);
    await workspace.close();
  });
});

import { DependenciesFixture } from '../../testing/dependencies-fixture';
import { FakeNpmRegistry } from '../../testing/fake-npm-registry';
import { manifestFindings } from './install-problem';

jest.setTimeout(120_000);

const registry = new FakeNpmRegistry(['1.0.0', '2.0.0'], ['pnpm', 'yarn']);
beforeAll(() => registry.listen());
afterAll(() => registry.close());

const manifest = (version: string, more: object = {}): string =>
  JSON.stringify({ name: 'x', version: '1.0.0', dependencies: { tiny: version, ...more } });

const pnpmLock = (): string => `lockfileVersion: '9.0'

importers:
  .:
    dependencies:
      tiny:
        specifier: 1.0.0
        version: 1.0.0

packages:
  tiny@1.0.0:
    resolution: {integrity: ${registry.integrity('1.0.0')}}

snapshots:
  tiny@1.0.0: {}
`;
const yarnLock = (): string => `# yarn lockfile v1


tiny@1.0.0:
  version "1.0.0"
  resolved "${registry.address}/tiny/-/tiny-1.0.0.tgz"
  integrity ${registry.integrity('1.0.0')}
`;

// The runner fetches the programs from a registry; .ci/full has every manager and the public registry.
describe.each([
  ['pnpm', 'pnpm-lock.yaml', pnpmLock],
  ['Yarn 1', 'yarn.lock', yarnLock],
])('packages by %s', (_, lockfile, lock) => {
  let fixture: DependenciesFixture;
  beforeAll(() => {
    fixture = new DependenciesFixture();
  });
  afterAll(() => fixture.close());
  const prepare = (files: Record<string, string>) =>
    fixture.prepare(files, { registries: { npm: registry.address, named: [registry.address] } });

  it('are installed from the lockfile, without their scripts', async () => {
    const { prepared, workspace } = await prepare({ 'package.json': manifest('1.0.0'), [lockfile]: lock() });
    const tested = await fixture.run(
      workspace,
      prepared,
      'node -p "require(\'tiny\')"; ls node_modules/tiny',
    );
    expect(tested).toMatchObject({ exitCode: 0, stdout: '1.0.0\nindex.js\npackage.json\n' });
    await workspace.close();
  });

  it('are reported in a finding when the lockfile lacks them', async () => {
    const { prepared, workspace } = await prepare({ 'package.json': manifest('2.0.0') });
    if (prepared.ok) throw new Error('it was prepared');
    expect(prepared.error).toMatchObject({ kind: 'validation', code: 'dependencies_out_of_sync' });
    expect(manifestFindings(prepared.error)).toMatchObject([
      { file: lockfile, code: 'dependencies_unavailable', severity: 'high' },
    ]);
    await workspace.close();
  });
});

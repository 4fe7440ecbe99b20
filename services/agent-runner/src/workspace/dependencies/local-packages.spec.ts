import { DependenciesFixture } from '../../testing/dependencies-fixture';
import { localPackages } from './local-packages';
import { ProjectFiles } from './project-files';

describe('localPackages', () => {
  const fixture = new DependenciesFixture();
  afterAll(() => fixture.close());

  it.each<[string, Record<string, string>, readonly string[]]>([
    [
      'an archive that package.json names',
      { 'package.json': '{"dependencies":{"one":"file:vendor/one.tgz"}}', 'vendor/one.tgz': 'x' },
      ['vendor/one.tgz'],
    ],
    [
      'a folder that a workspace names',
      { 'packages/a/package.json': '{"dependencies":{"b":"link:../../lib/b"}}', 'lib/b/index.js': 'x' },
      ['lib/b/index.js'],
    ],
    ['the cache of Yarn', { '.yarn/cache/one.zip': 'x' }, ['.yarn/cache/one.zip']],
    [
      'the mirror of Yarn',
      { '.yarnrc': 'yarn-offline-mirror "./npm-packages"\n', 'npm-packages/one.tgz': 'x' },
      ['npm-packages/one.tgz'],
    ],
    [
      'a wheel of a requirements file',
      {
        'requirements/dev.txt': '../wheels/one-1.0-py3-none-any.whl',
        'wheels/one-1.0-py3-none-any.whl': 'x',
      },
      ['wheels/one-1.0-py3-none-any.whl'],
    ],
    [
      'a folder of wheels',
      { 'requirements.txt': '--find-links ./wheels\none\n', 'wheels/one.whl': 'x', 'wheels/README': 'x' },
      ['wheels/one.whl'],
    ],
    ['nothing that is named nowhere', { 'package.json': '{}', 'vendor/other.tgz': 'x' }, []],
    [
      'nothing outside of the project, and not all of it',
      { 'package.json': '{"dependencies":{"a":"file:..","b":"file:/etc","c":"file:."}}', 'etc/passwd': 'x' },
      [],
    ],
  ])('are %s', async (_, files, expected) => {
    const workspace = await fixture.open(fixture.repository.commit(files));
    const found = await localPackages(await ProjectFiles.of(workspace));
    await workspace.close();
    fixture.repository.commit(Object.fromEntries(Object.keys(files).map((path) => [path, null])));
    expect(found.map(({ path }) => path)).toEqual(expected);
  });
});

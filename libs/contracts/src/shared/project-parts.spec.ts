import { projectParts } from './project-parts';

describe('projectParts', () => {
  it.each<[title: string, paths: readonly string[], parts: readonly string[]]>([
    ['a project of one language has none', ['package.json', 'src/a.js'], []],
    [
      'packages of a workspace belong to the root',
      ['package.json', 'packages/a/package.json', 'packages/b/package.json'],
      [],
    ],
    ['another language in a folder', ['go.mod', 'web/package.json'], ['web javascript']],
    [
      'no manifest in the root at all',
      ['backend/pyproject.toml', 'frontend/package.json', 'README.md'],
      ['frontend javascript', 'backend python'],
    ],
    ['two of one language', ['a/go.mod', 'b/go.mod'], ['a go', 'b go']],
    ['a part within a part counts separately', ['api/setup.py', 'api/plugin/setup.py'], ['api python']],
    [
      'a folder of examples or tests is none',
      ['go.mod', 'examples/web/package.json', 'docs/requirements.txt', 'test/fixtures/a/package.json'],
      [],
    ],
    ['deeper than two folders is none', ['go.mod', 'a/b/c/package.json'], []],
  ])('finds the parts: %s', (_, paths, parts) => {
    expect(projectParts(paths).map(({ folder, ecosystem }) => `${folder} ${ecosystem}`)).toEqual(parts);
  });
});

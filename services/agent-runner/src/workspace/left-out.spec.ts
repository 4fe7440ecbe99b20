import { importedPaths, isMeantBy } from './imports';
import { installedPaths, packageFolders } from './installed-paths';
import { leftOutFindings, type LeftOut } from './left-out';

const nothing: LeftOut = {
  ignored: [],
  installed: [],
  emptyFolders: [],
  committed: ['src/a.js', 'README.md'],
  importedBy: new Map(),
};

describe('leftOutFindings', () => {
  it('returns nothing when nothing was left out', () => expect(leftOutFindings(nothing)).toEqual([]));

  it('stays short for every number of paths', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => index);
    const found = leftOutFindings({
      ...nothing,
      ignored: many.flatMap((index) => [`notes/${index}.txt`, `src/${index}.js`, `a/${index}/__pycache__/`]),
      emptyFolders: many.map((index) => `empty/${index}/`),
    });
    expect(found).toHaveLength(21);
    expect(found.at(-1)?.message).toMatch(/notes\/0\.txt.* and \d+ more; .*__pycache__ \(5000\)/);
    expect(Math.max(...found.map(({ message }) => message.length))).toBeLessThanOrEqual(2000);
  });

  it('does not treat build outputs beside sources as source files', () => {
    const found = leftOutFindings({ ...nothing, ignored: ['src/a.pyc', 'src/debug.log', 'src/b.js'] });
    expect(found.map(({ severity, file }) => `${severity} ${file ?? ''}`)).toEqual([
      'medium src/b.js',
      'info ',
    ]);
  });
});

describe('the imports of a file from its own project', () => {
  it.each<[string, string, string, boolean]>([
    ['src/a.js', "import { b } from './b.js';", 'src/b.js', true],
    ['src/a.ts', "import { b } from './b.js';", 'src/b.ts', true],
    ['src/a.ts', "export * from '../gen';", 'gen/index.ts', true],
    ['src/a.js', "const b = require('../gen/deep/b')", 'gen/', true],
    ['src/a.js', "await import('./b')", 'src/b.mjs', true],
    ['src/a.js', "import b from 'b';", 'src/b.js', false],
    ['src/a.js', "import b from './bc';", 'src/b.js', false],
    ['pkg/a.py', 'from .b import c', 'pkg/b.py', true],
    ['pkg/sub/a.py', 'from ..b import c', 'pkg/b.py', true],
    ['a.py', 'import pkg.b', 'pkg/b.py', true],
    ['test_a.py', '    from pkg import c', 'pkg/__init__.py', true],
    ['tests/test_a.py', 'from pkg.gen import c', 'src/pkg/gen.py', true],
    ['a.py', 'import json', 'pkg/json_.py', false],
    ['a.md', "import './b.js'", 'b.js', false],
  ])('match: %s with %j imports %s: %s', (path, text, ignored, expected) => {
    expect(importedPaths(path, text).some((imported) => isMeantBy(imported, ignored))).toBe(expected);
  });
});

describe('folders in which packages are installed', () => {
  it('follow the lockfile, unless the project has committed files there', () => {
    expect(installedPaths(['package-lock.json'])).toEqual(['node_modules']);
    expect(installedPaths(['pnpm-lock.yaml', 'src/a.js'])).toEqual(['node_modules']);
    expect(installedPaths(['package.json'])).toEqual([]);
    expect(installedPaths(['package-lock.json', 'node_modules/own/index.js'])).toEqual([]);
  });

  it.each<[string, readonly string[], readonly string[], readonly string[]]>([
    ['with the marker of npm', ['node_modules/.package-lock.json', 'node_modules/a/x'], [], ['node_modules']],
    ['with programs', ['a/node_modules/.bin/tsc'], [], ['a/node_modules']],
    [
      'of a workspace beside a marked one',
      ['node_modules/.modules.yaml', 'p/node_modules/b/x'],
      ['p/package.json'],
      ['node_modules', 'p/node_modules'],
    ],
    [
      'of a fixture beside a marked one',
      ['node_modules/.modules.yaml', 'test/p/node_modules/b/x'],
      ['test/p/package.json'],
      ['node_modules'],
    ],
    ['of a fixture with a manifest', ['p/node_modules/b/x'], ['p/package.json'], []],
    ['that the project keeps', ['node_modules/.bin/x'], ['node_modules/own/index.js'], []],
    ['of a like name', ['my_node_modules/.bin/x', 'a/xnode_modules/.bin/x'], [], []],
    [
      'inside of another',
      ['node_modules/.bin/x', 'node_modules/a/node_modules/.bin/y'],
      [],
      ['node_modules'],
    ],
  ])('are found by the files of package managers: %s', (_, untracked, committed, expected) => {
    expect(packageFolders(untracked, committed)).toEqual(expected);
  });
});

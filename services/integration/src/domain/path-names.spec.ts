import fc from 'fast-check';
import {
  collisions,
  foldedPath,
  hasInvisible,
  isGitModules,
  isGitName,
  isTooLong,
  visiblePath,
  windowsObjection,
} from './path-names';

describe('isGitName', () => {
  it.each([
    '.git',
    '.GIT',
    '.Git',
    'git~1',
    'GIT~1',
    '.git.',
    '.git ',
    '.git. .',
    '.git::$INDEX_ALLOCATION',
    '.g\u200cit',
    '\ufeff.git',
    '.gi\u202at',
    'a\\.git\\config',
    'x\\GIT~1',
  ])('recognises %j as .git', (name) => expect(isGitName(name)).toBe(true));

  it.each(['.gitignore', '.github', 'git', 'x.git', '.git-x', 'git~', 'git~10', '.gitmodules', ' .git'])(
    'does not recognise %j as .git',
    (name) => expect(isGitName(name)).toBe(false),
  );

  it.each(['.gitmodules', '.GitModules', '.gitmodules ', 'gitmod~1', 'GI7EBA~1', '.git\u200cmodules'])(
    'recognises %j as .gitmodules',
    (path) => expect(isGitModules(path)).toBe(true),
  );

  it('ignores .gitmodules in a folder', () => expect(isGitModules('docs/.gitmodules')).toBe(false));
});

describe('windowsObjection', () => {
  it.each([
    'CON',
    'src/nul',
    'aux.txt',
    'Aux.tar.gz',
    'com1',
    'LPT9.log',
    'COM¹',
    'nul .txt',
    'src/con/x.js',
    'a.',
    'dir./x',
    'a ',
    'a:b',
    'what?',
    'a*b',
    'a|b',
    '<a>',
    'say "hi"',
    'a\\b',
  ])('rejects the path %j', (path) => expect(windowsObjection(path)).toEqual(expect.any(String)));

  it.each([
    'console.js',
    'com.txt',
    'com10',
    'auxiliary/x',
    '.env',
    'a.b.c',
    'ä ö.txt',
    'x~1',
    'src/(app)/[id]/page.tsx',
  ])('accepts the path %j', (path) => expect(windowsObjection(path)).toBeUndefined());
});

describe('paths that are too long', () => {
  it('have a name of more than 255 bytes or more than 4096 bytes in all', () => {
    expect(isTooLong(`a/${'x'.repeat(255)}`)).toBe(false);
    expect(isTooLong(`a/${'x'.repeat(256)}`)).toBe(true);
    expect(isTooLong(`a/${'ü'.repeat(128)}`)).toBe(true);
    expect(isTooLong(`${'abcdefg/'.repeat(511)}abcdefgh`)).toBe(false);
    expect(isTooLong(`${'abcdefg/'.repeat(512)}a`)).toBe(true);
  });
});

describe('invisible characters', () => {
  it.each(['a\nb', 'a\u001bb', 'a\u202eb', 'a\u200bb', 'a\u2066b', '\ufeffa', 'a\u0085'])(
    'are found in %j and shown as their code points',
    (path) => {
      expect(hasInvisible(path)).toBe(true);
      expect(hasInvisible(visiblePath(path))).toBe(false);
    },
  );

  it('do not include letters of any language or joined emoji', () => {
    for (const path of ['ä.txt', 'файл', '文件', 'क्षि', '👩\u200d💻.md', 'a b'])
      expect(hasInvisible(path)).toBe(false);
  });
});

describe('paths that collide on other systems', () => {
  const pairs = (added: readonly string[], all: readonly string[]) =>
    collisions(added, all).map(({ path, other }) => `${path} ${other}`);

  it('differ in case, form or the case of a folder', () => {
    expect(pairs(['README.md'], ['readme.md', 'README.md'])).toEqual(['README.md readme.md']);
    expect(pairs(['u\u0308.txt'], ['\u00fc.txt', 'u\u0308.txt'])).toEqual(['u\u0308.txt \u00fc.txt']);
    expect(pairs(['Src/new.js'], ['src/a.js', 'Src/new.js'])).toEqual(['Src/new.js src/a.js']);
    expect(pairs(['SRC'], ['src/a.js', 'SRC'])).toEqual(['SRC src/a.js']);
  });

  it('are reported once when the change adds both', () => {
    expect(pairs(['a/x', 'a/X'], ['a/x', 'a/X'])).toHaveLength(1);
  });

  it('do not include existing collisions or single paths', () => {
    expect(pairs(['c.js'], ['a.js', 'A.js', 'c.js'])).toEqual([]);
    expect(pairs(['src/b.js'], ['src/a.js', 'src/b.js'])).toEqual([]);
  });

  it('are found exactly where two paths or folders fold to one', () => {
    const name = fc.constantFrom('a', 'A', 'b', 'ü', 'u\u0308', 'Ü');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 6 }), path, (others, added) => {
        const prefixes = (of: string) =>
          of.split('/').map((_, index, names) => names.slice(0, index + 1).join('/'));
        const isOne = others.some((other) =>
          prefixes(other).some((one) =>
            prefixes(added).some((mine) => mine !== one && foldedPath(mine) === foldedPath(one)),
          ),
        );
        expect(collisions([added], [...others, added]).length > 0).toBe(isOne);
      }),
    );
  });
});

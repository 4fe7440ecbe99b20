import fc from 'fast-check';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { escapingLinks } from './symbolic-links';

const escaping = (links: Record<string, string>) => escapingLinks(new Map(Object.entries(links)));

describe('linksLeadingOut', () => {
  it.each<[string, Record<string, string>, readonly string[]]>([
    ['to a file beside it', { 'a/link': 'file' }, []],
    ['up, and down again', { 'a/b/link': '../../c/file' }, []],
    ['to the root itself', { 'a/link': '..' }, []],
    ['to a missing file', { link: 'no/such/file' }, []],
    ['to an absolute path', { link: '/etc/passwd' }, ['link']],
    ['above the root', { 'a/link': '../../x' }, ['a/link']],
    ['above the root and back in by name', { link: '../repository/x' }, ['link']],
    ['hidden behind dots and slashes', { 'a/link': './/..//../x' }, ['a/link']],
    ['into the git directory', { 'a/link': '../.git/hooks/pre-commit' }, ['a/link']],
    ['into the git directory in capitals', { link: '.GIT/config' }, ['link']],
    ['through a link to a folder above it', { 'x/up': '..', evil: 'x/up/../outside' }, ['evil']],
    ['through a chain of links', { a: 'b', b: 'c', c: '../x' }, ['a', 'b', 'c']],
    ['through a link that is absolute', { a: '/tmp', b: 'a/x' }, ['a', 'b']],
    ['in a circle', { a: 'b', b: 'a' }, []],
    [
      'inside for the kernel, outside for a text',
      { dir: 'a/b/c', 'a/b/c/l': 'x', link: 'dir/../../../x' },
      ['link'],
    ],
  ])('%s', (_, links, expected) => {
    expect(escaping(links)).toEqual(expected);
  });

  it('rejects every link that the kernel would follow out of the tree', () => {
    const name = fc.constantFrom('a', 'b', 'c');
    const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const target = fc
      .array(fc.constantFrom('a', 'b', 'c', '..', '..', '.', ''), { minLength: 1, maxLength: 5 })
      .map((names) => names.join('/'))
      .filter((text) => text !== '');
    fc.assert(
      fc.property(fc.dictionary(path, target, { maxKeys: 4 }), (links) => {
        const outer = mkdtempSync(join(tmpdir(), 'ymera-links-'));
        const root = join(outer, 'deep', 'root');
        for (const around of [root, join(root, '..'), join(root, '..', '..')])
          for (const folder of ['a', 'b', 'c']) mkdirSync(join(around, folder), { recursive: true });
        try {
          const made = placeable(links);
          for (const [link, to] of Object.entries(made)) place(root, link, to);
          const refused = new Set(escaping(made));
          for (const link of Object.keys(made)) {
            const real = resolved(join(root, link));
            const isInside = real === undefined || real === root || real.startsWith(`${root}/`);
            if (!isInside) expect([...refused]).toContain(link);
          }
        } finally {
          rmSync(outer, { recursive: true, force: true });
        }
      }),
      { numRuns: 100 },
    );
  }, 30_000);
});

/** The target of a link; undefined when it is missing or circular. */
function resolved(path: string): string | undefined {
  try {
    // The other implementation reads `..` of a target as text, and may loop for ever.
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}

/** As in a git tree: no path lies below a link. */
function placeable(links: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [link, target] of Object.entries(links)) {
    const isBelow = (a: string, b: string) => a.startsWith(`${b}/`);
    if (!Object.keys(kept).some((other) => isBelow(other, link) || isBelow(link, other))) kept[link] = target;
  }
  return kept;
}

function place(root: string, link: string, target: string): void {
  mkdirSync(join(root, dirname(link)), { recursive: true });
  rmSync(join(root, link), { recursive: true, force: true });
  symlinkSync(target, join(root, link));
}

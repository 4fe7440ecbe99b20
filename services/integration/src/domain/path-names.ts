/**
 * Names with another meaning on another system. Paths are in the form of git's tree, with slashes; bytes that are not UTF-8 are quoted.
 */

const maxNameBytes = 255;
const maxPathBytes = 4096;

/** Code points that HFS+ leaves out when it compares names. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
const reservedByWindows = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)$/i;
/** Invisible characters in names, and characters that change the direction of the text. */
const invisible = /[\p{Cc}\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/u;
const everyInvisible = new RegExp(invisible, 'gu');

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** A name as compared by a system that ignores case and Unicode normalisation, such as Windows and macOS. */
export const foldedPath = (path: string): string =>
  path.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');

/** A name as NTFS and HFS+ compare it: without a stream, without dots and spaces at its end, without ignored characters. */
const asSeenElsewhere = (name: string): string =>
  name
    .replace(ignoredByHfs, '')
    .replace(/:.*$/s, '')
    .replace(/[. ]+$/, '')
    .toLowerCase();

/** `.git`, and every name that some system treats as it. A backslash separates names on Windows. */
export const isGitName = (name: string): boolean =>
  name.split('\\').some((part) => /^(?:\.git|git~[1-9])$/.test(asSeenElsewhere(part)));

/** `.gitmodules`, and every path that some system treats as it. */
export const isGitModules = (path: string): boolean =>
  /^(?:\.gitmodules|gitmod~[1-9]|gi7eba~[1-9])$/.test(asSeenElsewhere(path));

export const isTooLong = (path: string): boolean =>
  bytesOf(path) > maxPathBytes || path.split('/').some((name) => bytesOf(name) > maxNameBytes);

/** The reason why Windows cannot have a file of this path, for people; undefined when it can. */
export function windowsObjection(path: string): string | undefined {
  for (const name of path.split('/')) {
    const [stem = ''] = name.split('.');
    if (reservedByWindows.test(stem.trimEnd())) return `${stem} is the name of a device`;
    if (/[. ]$/.test(name)) return 'a name ends in a dot or a space';
    const [character] = /[<>:"|?*\\]/.exec(name) ?? [];
    if (character !== undefined) return `a name has the character ${character}`;
  }
  return undefined;
}

export const hasInvisible = (path: string): boolean => invisible.test(path);

/** A path that is safe to print: invisible characters are written as their code points. */
export const visiblePath = (path: string): string =>
  path.replace(
    everyInvisible,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );

export interface Collision {
  /** The path that the change adds. */
  readonly path: string;
  /** The existing path that has the same name elsewhere. */
  readonly other: string;
}

/**
 * Added paths that collide with another path, or whose folder collides with another folder, on systems that ignore case or
 * normalisation. `all` are the paths of the proposed tree.
 */
export function collisions(added: readonly string[], all: Iterable<string>): readonly Collision[] {
  const wanted = new Map<string, { readonly exact: string; readonly path: string }[]>();
  for (const path of added)
    for (const exact of prefixesOf(path)) {
      const folded = foldedPath(exact);
      const known = wanted.get(folded) ?? [];
      if (!known.some((one) => one.exact === exact)) known.push({ exact, path });
      wanted.set(folded, known);
    }
  const found = new Map<string, Collision>();
  const seen = new Set<string>();
  for (const path of all)
    for (const exact of prefixesOf(path)) {
      if (seen.has(exact)) continue;
      seen.add(exact);
      for (const one of wanted.get(foldedPath(exact)) ?? [])
        if (one.exact !== exact && !found.has(one.exact) && !found.has(exact))
          found.set(one.exact, { path: one.path, other: path });
    }
  return [...found.values()];
}

/** `a`, `a/b` and `a/b/c`. */
function prefixesOf(path: string): readonly string[] {
  const names = path.split('/');
  return names.map((_, index) => names.slice(0, index + 1).join('/'));
}

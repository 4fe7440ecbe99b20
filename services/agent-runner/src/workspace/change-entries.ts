import { posix } from 'node:path';

/** One line of `git diff-tree -r --raw -z --no-renames`. */
export interface ChangeEntry {
  readonly path: string;
  readonly oldMode: string;
  readonly newMode: string;
  readonly oldObject: string;
  readonly newObject: string;
}

/** A path in a commit. */
export interface TreeEntry {
  readonly path: string;
  /** `absentMode` where it does not exist. */
  readonly mode: string;
  readonly object: string;
}

/** Arguments of git before the two trees that are compared. */
export const rawDifference = ['diff-tree', '-r', '--raw', '--no-abbrev', '--no-renames', '-z'];

export const absentMode = '000000';

const symlinkMode = '120000';
export const gitlinkMode = '160000';

export function parseRawDiff(raw: string): readonly ChangeEntry[] {
  const fields = raw.split('\0').filter((field) => field.length > 0);
  const entries: ChangeEntry[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [oldMode = '', newMode = '', oldObject = '', newObject = ''] = (fields[index] ?? '')
      .slice(1)
      .split(' ');
    entries.push({ path: fields[index + 1] ?? '', oldMode, newMode, oldObject, newObject });
  }
  return entries;
}

/** Whether a side of an entry is a file with a text: neither absent nor another repository. */
export const hasText = (mode: string): boolean => mode !== absentMode && mode !== gitlinkMode;

export const isRegularFile = (mode: string): boolean => mode === '100644' || mode === '100755';

export const isSymlink = (entry: ChangeEntry): boolean => entry.newMode === symlinkMode;

/** Another repository that the change adds where the base has none. */
export const isNestedRepository = ({ oldMode, newMode }: ChangeEntry): boolean =>
  newMode === gitlinkMode && oldMode !== gitlinkMode;

/** A submodule of the base that the change moves, removes or reconfigures. */
export const isSubmoduleChange = ({ path, oldMode }: ChangeEntry): boolean =>
  oldMode === gitlinkMode || path === '.gitmodules';

/** The reason why a change would write outside of the repository, or undefined: a link with an absolute target or one outside. */
export function reachesOutside(entry: ChangeEntry, linkTarget: string | undefined): string | undefined {
  if (!isSymlink(entry) || linkTarget === undefined) return undefined;
  if (posix.isAbsolute(linkTarget)) return `${entry.path} links to ${linkTarget}`;
  const resolved = posix.normalize(posix.join(posix.dirname(entry.path), linkTarget));
  const leaves = resolved === '..' || resolved.startsWith('../');
  return leaves || resolved.split('/').includes('.git') ? `${entry.path} links to ${linkTarget}` : undefined;
}

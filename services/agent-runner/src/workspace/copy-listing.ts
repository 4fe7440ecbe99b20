import { copyFile, lstat, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { err, ok, type Result } from '@ymera/kernel';
import { gitlinkMode } from './change-entries';
import { changeUnreadable } from './change-refusals';
import type { GitOptions, GitOutput } from './git';

/** git on the repository of a workspace, with its working copy as the work tree. */
export type RunGit = (args: readonly string[], options?: Partial<GitOptions>) => Promise<GitOutput>;

export interface Submodule {
  readonly path: string;
  readonly commit: string;
}

/** The paths of a working copy beside the files of its base. Folders end in a slash. */
export interface CopyListing {
  /** Files of the base. */
  readonly committed: readonly string[];
  readonly submodules: readonly Submodule[];
  /** New files that no rule of the project ignores. */
  readonly untracked: readonly string[];
  /** Unignored folders that are repositories; without the slash. */
  readonly repositories: readonly string[];
  readonly ignored: readonly string[];
  readonly emptyFolders: readonly string[];
  /** Ignored files that the command has nevertheless added to its own repository. */
  readonly forced: readonly string[];
}

/** Size limit of names: a million files of a hundred bytes each. */
export const maxListBytes = 134_217_728;
/** Size limit of a command's own index: a larger one does not belong to a supported project. */
const maxIndexBytes = 134_217_728;
const others = ['ls-files', '-z', '--others', '--exclude-standard'];

/**
 * Computed in the runner's repository, whose ignore rules are those of the project only: the command's own
 * `.git` (info/exclude, skip-worktree, commits) hides nothing.
 */
export async function listCopy(
  git: RunGit,
  copy: string,
  indexFile: string,
  scratch: string,
): Promise<Result<CopyListing>> {
  const asked = await Promise.all(
    [
      ['ls-files', '-z', '--stage'],
      others,
      [...others, '--directory'],
      [...others, '--directory', '--ignored'],
    ].map((args) => git(args, { indexFile, maxBytes: maxListBytes })),
  );
  const failed = asked.find((answer) => !answer.ok);
  if (failed) return err(changeUnreadable(failed.complaint));
  const [staged = [], untracked = [], collapsed = [], ignored = []] = asked.map(({ stdout }) =>
    stdout.toString('utf8').split('\0').filter(Boolean),
  );
  const committed: string[] = [];
  const submodules: Submodule[] = [];
  for (const line of staged) {
    const [facts = '', path = ''] = line.split(/\t(.*)/s);
    const [mode = '', commit = ''] = facts.split(' ');
    if (mode === gitlinkMode) submodules.push({ path, commit });
    else committed.push(path);
  }
  const repositories = untracked.filter(isFolder).map((path) => path.slice(0, -1));
  return ok({
    committed,
    submodules,
    untracked: untracked.filter((path) => !isFolder(path)),
    repositories,
    ignored,
    emptyFolders: emptyAmong(collapsed.filter(isFolder), [...committed, ...untracked, ...ignored]),
    forced: await forcedFiles(git, copy, scratch),
  });
}

const isFolder = (path: string): boolean => path.endsWith('/');

/** Git lists folders without files like new ones; one that had files in the base was emptied. */
function emptyAmong(folders: readonly string[], paths: readonly string[]): readonly string[] {
  if (folders.length === 0) return [];
  const full = new Set(paths.flatMap(parentsOf));
  return folders.filter((folder) => !full.has(folder));
}

/** `a/b/c` and `a/b/` have `a/` and `a/b/`. */
function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1))
    parents.push(path.slice(0, slash + 1));
  return parents;
}

/** Reads a copy of the command's index without its configuration; an unreadable index names nothing. */
async function forcedFiles(git: RunGit, copy: string, scratch: string): Promise<readonly string[]> {
  const own = join(copy, '.git', 'index');
  for (const path of [join(copy, '.git'), own]) {
    const status = await lstat(path).catch(() => undefined);
    if (!status || status.isSymbolicLink() || status.size > maxIndexBytes) return [];
  }
  const indexFile = join(scratch, 'command-index');
  await copyFile(own, indexFile);
  const listed = await git(['ls-files', '-z', '--cached', '--ignored', '--exclude-standard'], {
    indexFile,
    maxBytes: maxListBytes,
  });
  if (!listed.ok) return [];
  const paths = listed.stdout.toString('utf8').split('\0').filter(Boolean);
  const files = await Promise.all(
    paths.map(async (path) => {
      const status = await lstat(join(copy, path)).catch(() => undefined);
      return status?.isFile() || status?.isSymbolicLink() ? [path] : [];
    }),
  );
  return files.flat();
}

/**
 * Submodules whose folder differs from the recorded commit. A folder that the command has filled by
 * `git submodule update` is compared with the objects that it fetched.
 */
export async function changedSubmodules(
  git: RunGit,
  copy: string,
  scratch: string,
  submodules: readonly Submodule[],
): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const submodule of submodules) {
    const folder = join(copy, submodule.path);
    const status = await lstat(folder).catch(() => undefined);
    if (!status) continue;
    const names = status.isDirectory() ? await readdir(folder) : ['.'];
    if (names.length === 0) continue;
    const isCheckout = names.includes('.git') && (await isCleanCheckout(git, copy, scratch, submodule));
    if (!isCheckout) changed.push(nameOf(submodule, names));
  }
  return changed;
}

function nameOf({ path }: Submodule, names: readonly string[]): string {
  const shown = names.filter((name) => name !== '.git' && name !== '.').slice(0, 3);
  return shown.length === 0 ? path : `${path} (${shown.join(', ')})`;
}

async function isCleanCheckout(
  git: RunGit,
  copy: string,
  scratch: string,
  { path, commit }: Submodule,
): Promise<boolean> {
  const workTree = join(copy, path);
  const objects = await objectsOf(copy, workTree);
  if (objects === undefined) return false;
  await mkdir(scratch, { recursive: true });
  const options = {
    workTree,
    indexFile: join(scratch, 'submodule-index'),
    environment: { GIT_ALTERNATE_OBJECT_DIRECTORIES: objects },
  };
  for (const args of [
    ['read-tree', '--empty'],
    ['add', '--all', '--', '.'],
  ])
    if (!(await git(args, options)).ok) return false;
  const there = await git(['write-tree'], options);
  const recorded = await git(['rev-parse', '--verify', `${commit}^{tree}`], options);
  return there.ok && recorded.ok && there.stdout.equals(recorded.stdout);
}

/** A submodule's own repository, if it is inside of the working copy. */
async function objectsOf(copy: string, workTree: string): Promise<string | undefined> {
  const own = join(workTree, '.git');
  const status = await lstat(own);
  const text = status.isFile() && status.size < 4096 ? await readFile(own, 'utf8') : '';
  const pointed = /^gitdir: (.+)$/m.exec(text)?.[1];
  const folder = status.isDirectory() ? own : pointed && resolve(workTree, pointed);
  if (folder === undefined || folder === '' || relative(copy, folder).startsWith('..')) return undefined;
  return join(folder, 'objects');
}

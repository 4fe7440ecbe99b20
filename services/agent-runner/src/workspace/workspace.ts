import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ProposedChange } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import { isRegularFile, isSymlink, parseRawDiff, reachesOutside, type ChangeEntry } from './change-entries';
import { git, type GitOptions, type GitOutput } from './git';
import { makeRemovable } from './removable';
import { contentsOfBase, perhapsUntouched, untouchedFiles } from './untouched-files';

export interface WorkspaceParts {
  /** Holds everything of this workspace. */
  readonly folder: string;
  readonly configFile: string;
  readonly commit: string;
  readonly tree: string;
  readonly signal: AbortSignal | undefined;
  /** The repository behind it is no longer needed. */
  readonly release: () => Promise<void>;
}

/** What fits inline in a result; the wire allows a body of one mebibyte in all. */
const maximumPatchBytes = 983_040;
const maximumFileBytes = 4_194_304;
/** Of names: a million files of a hundred bytes each. */
const maximumListBytes = 134_217_728;
/** Of all that a change touches, or that only seems to be touched. */
const checkoutMs = 300_000;
const rawDifference = ['diff-tree', '-r', '--raw', '--no-abbrev', '--no-renames', '-z'];
/** Installed packages are prepared by the platform and never part of a change. */
const everythingButPackages = ['.', ':(exclude,glob)**/node_modules/**', ':(exclude)node_modules'];

interface StagedChange {
  readonly tree: string;
  readonly entries: readonly ChangeEntry[];
}

/**
 * A working copy and, out of its reach, the repository it came from. Whatever a command does to the copy, hooks, filters
 * and configuration of the repository that is asked afterwards are ours.
 */
export class Workspace {
  /** The working copy. */
  readonly copy: string;
  readonly commit: string;
  readonly tree: string;
  private readonly gitFolder: string;

  constructor(private readonly parts: WorkspaceParts) {
    this.copy = join(parts.folder, 'copy');
    this.gitFolder = join(parts.folder, 'repository.git');
    this.commit = parts.commit;
    this.tree = parts.tree;
  }

  /** A file's text as committed; undefined where there is none of a sensible size. */
  async committedFile(path: string, commit = this.commit): Promise<Result<string | undefined>> {
    // With `./` a name is a name, whatever it begins with.
    const listed = await this.git(['ls-tree', '-z', '--full-tree', commit, '--', `./${path}`]);
    if (!listed.ok) return err(unreadable('a file of a commit', listed.complaint));
    const [mode = '', , object = ''] = listed.stdout.toString('utf8').split(/[ \t]/);
    return isRegularFile(mode) ? this.textOf(object) : ok(undefined);
  }

  /** The text of a file by its object id; undefined where it is too large to be looked into. */
  async textOf(object: string): Promise<Result<string | undefined>> {
    const shown = await this.git(['cat-file', 'blob', object], { maximumBytes: maximumFileBytes });
    if (!shown.ok && !shown.isTooLong) return err(unreadable('a file of a commit', shown.complaint));
    return ok(shown.isTooLong ? undefined : shown.stdout.toString('utf8'));
  }

  async committedFiles(commit = this.commit): Promise<Result<readonly string[]>> {
    const listed = await this.git(['ls-tree', '-r', '-z', '--name-only', commit], {
      maximumBytes: maximumListBytes,
    });
    if (!listed.ok) return err(unreadable('the files of a commit', listed.complaint));
    return ok(listed.stdout.toString('utf8').split('\0').filter(Boolean));
  }

  /** What differs between two commits of this repository; both must have been asked for when it was prepared. */
  async changedFiles(base: string, commit = this.commit): Promise<Result<readonly ChangeEntry[]>> {
    const raw = await this.git([...rawDifference, base, commit], { maximumBytes: maximumListBytes });
    return raw.ok
      ? ok(parseRawDiff(raw.stdout.toString('utf8')))
      : err(unreadable('what differs between two commits', raw.complaint));
  }

  /**
   * The lines that differ between two commits, by path: those that went (`-`) and came (`+`), in order, without what is
   * around them. Binary files have none.
   */
  async changedLines(
    from: string,
    to: string,
    paths: readonly string[],
  ): Promise<Result<ReadonlyMap<string, readonly string[]>>> {
    const lines = new Map<string, readonly string[]>();
    const how = ['--unified=0', '--no-ext-diff', '--no-textconv', '--no-renames', '--no-prefix'];
    for (const path of paths) {
      const shown = await this.git(['diff', ...how, from, to, '--', `:(literal,top)${path}`], {
        maximumBytes: maximumFileBytes,
      });
      if (!shown.ok && !shown.isTooLong)
        return err(unreadable('what differs between two commits', shown.complaint));
      const text = shown.stdout.toString('utf8').split('\n');
      const first = text.findIndex((line) => line.startsWith('@@'));
      if (shown.isTooLong || first < 0) continue;
      lines.set(
        path,
        text.slice(first).filter((line) => /^[-+]/.test(line)),
      );
    }
    return ok(lines);
  }

  /** What has been done to the working copy since `base`, as a patch; ignored files stay out. */
  async collectChange(base = this.commit): Promise<Result<ProposedChange>> {
    await makeRemovable(this.copy);
    const staged = await this.stage(base);
    if (!staged.ok) return staged;
    const { tree, entries } = staged.value;
    if (entries.length === 0) return err(changeEmpty());
    const outside = await this.outsideReaches(entries);
    if (outside.length > 0) return err(changeOutside(outside));
    return this.patch(base, tree);
  }

  async close(): Promise<void> {
    await makeRemovable(this.parts.folder);
    await rm(this.parts.folder, { recursive: true, force: true, maxRetries: 3 });
    await this.parts.release();
  }

  /** The working copy as a tree, with the base’s own contents where nobody touched the file. */
  private async stage(base: string): Promise<Result<StagedChange>> {
    const indexFile = join(this.parts.folder, 'collect-index');
    const baseIndex = join(this.parts.folder, 'base-index');
    const read = await this.changing(['read-tree', base], { indexFile });
    if (!read.ok) return read;
    await copyFile(indexFile, baseIndex);
    const added = await this.changing(['add', '--all', '--', ...everythingButPackages], { indexFile });
    if (!added.ok) return added;
    const staged = await this.staged(base, indexFile);
    if (!staged.ok) return staged;
    const untouched = await this.untouched(perhapsUntouched(staged.value.entries), baseIndex);
    if (!untouched.ok || untouched.value.length === 0) return untouched.ok ? staged : untouched;
    const taken = await this.changing(['update-index', '-z', '--index-info'], {
      indexFile,
      input: contentsOfBase(untouched.value),
    });
    return taken.ok ? this.staged(base, indexFile) : taken;
  }

  private async staged(base: string, indexFile: string): Promise<Result<StagedChange>> {
    const written = await this.changing(['write-tree'], { indexFile });
    if (!written.ok) return written;
    const tree = written.value.toString('utf8').trim();
    const raw = await this.changing([...rawDifference, base, tree], { maximumBytes: maximumListBytes });
    return raw.ok ? ok({ tree, entries: parseRawDiff(raw.value.toString('utf8')) }) : raw;
  }

  /** Checked out once more, beside the working copy, where the base’s own attributes count whatever became of them. */
  private async untouched(
    entries: readonly ChangeEntry[],
    baseIndex: string,
  ): Promise<Result<readonly ChangeEntry[]>> {
    if (entries.length === 0) return ok([]);
    const workTree = join(this.parts.folder, 'untouched');
    await mkdir(workTree);
    const checkedOut = await this.changing(['checkout-index', '--quiet', '-z', '--stdin'], {
      indexFile: baseIndex,
      workTree,
      input: entries.map(({ path }) => `${path}\0`).join(''),
      timeoutMs: checkoutMs,
    });
    const found = checkedOut.ok ? ok(await untouchedFiles(entries, this.copy, workTree)) : checkedOut;
    await rm(workTree, { recursive: true });
    return found;
  }

  private async changing(args: readonly string[], options: Partial<GitOptions>): Promise<Result<Buffer>> {
    const done = await this.git(args, options);
    return done.ok
      ? ok(done.stdout)
      : err(failure('internal', 'change_unreadable', `git could not read the change: ${done.complaint}`));
  }

  private async outsideReaches(entries: readonly ChangeEntry[]): Promise<readonly string[]> {
    const reaches: string[] = [];
    for (const entry of entries) {
      const target = isSymlink(entry)
        ? (await this.git(['cat-file', 'blob', entry.newObject])).stdout.toString('utf8')
        : undefined;
      const reach = reachesOutside(entry, target);
      if (reach !== undefined) reaches.push(reach);
    }
    return reaches;
  }

  private async patch(base: string, tree: string): Promise<Result<ProposedChange>> {
    const args = [
      'diff',
      '--binary',
      '--full-index',
      '--no-ext-diff',
      '--no-textconv',
      '--no-renames',
      base,
      tree,
    ];
    const limits = { maximumBytes: maximumPatchBytes };
    const text = await this.git(args, limits);
    // Text in an old encoding would not survive JSON: then every file is written as binary.
    const isUnicode = text.isTooLong || text.stdout.equals(Buffer.from(text.stdout.toString('utf8'), 'utf8'));
    const patch = isUnicode ? text : await this.binaryPatch(args, limits);
    if (patch.isTooLong) return err(changeTooLarge());
    if (!patch.ok)
      return err(
        failure('internal', 'change_unreadable', `git could not write the patch: ${patch.complaint}`),
      );
    return ok({ base, patch: patch.stdout.toString('utf8') });
  }

  private async binaryPatch(args: readonly string[], limits: Partial<GitOptions>): Promise<GitOutput> {
    const attributes = join(this.gitFolder, 'info', 'attributes');
    await mkdir(dirname(attributes), { recursive: true });
    await writeFile(attributes, '* -diff\n');
    const patch = await this.git(args, limits);
    await rm(attributes);
    return patch;
  }

  private git(args: readonly string[], options: Partial<GitOptions> = {}): Promise<GitOutput> {
    return git(args, {
      configFile: this.parts.configFile,
      gitFolder: this.gitFolder,
      workTree: this.copy,
      ...(this.parts.signal ? { signal: this.parts.signal } : {}),
      ...options,
    });
  }
}

const unreadable = (what: string, complaint: string) =>
  failure('internal', 'repository_unreadable', `git could not read ${what}: ${complaint}`);

const changeEmpty = () =>
  failure('validation', 'change_empty', 'Nothing was changed in the working copy.', {
    suggestion:
      'Say more precisely what should change, or check that the command writes into its current directory.',
  });

export const changeOutside = (places: readonly string[]) =>
  failure(
    'validation',
    'change_outside',
    `The change reaches outside of the repository: ${places.slice(0, 5).join('; ')}.`,
    {
      suggestion:
        'Write only below the current directory; use $TMPDIR for temporary files and relative links that stay inside.',
    },
  );

const changeTooLarge = () =>
  failure(
    'validation',
    'change_too_large',
    `The change is larger than ${maximumPatchBytes} bytes as a patch.`,
    {
      suggestion: 'Split the request, and keep generated files out of the repository.',
    },
  );

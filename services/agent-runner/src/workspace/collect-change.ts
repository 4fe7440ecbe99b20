import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangeLimits } from '@ymera/config';
import type { Finding } from '@ymera/contracts';
import { err, ok, type Failure, type Result } from '@ymera/kernel';
import {
  isNestedRepository,
  isRegularFile,
  isSubmoduleChange,
  isSymlink,
  parseRawDiff,
  rawDifference,
  reachesOutside,
  type ChangeEntry,
} from './change-entries';
import { writePatch, type ChangePatch } from './change-patch';
import {
  changeEmpty,
  changeOutside,
  changeUnreadable,
  nestedRepository,
  submoduleChanged,
  tooManyBytes,
  tooManyFiles,
} from './change-refusals';
import { changedSubmodules, listCopy, maxListBytes, type CopyListing, type RunGit } from './copy-listing';
import type { GitOptions } from './git';
import { canImport, importedPaths, isMeantBy } from './imports';
import { installedPaths, packageFolders } from './installed-paths';
import { leftOutFindings } from './left-out';
import { contentsOfBase, perhapsUntouched, untouchedFiles } from './untouched-files';

/** A command's changes of a working copy. */
export interface CollectedChange {
  readonly base: string;
  /** Its file is removed with the workspace. */
  readonly patch: ChangePatch;
  /** Paths that were left out. */
  readonly findings: readonly Finding[];
}

export interface CollectionPlace {
  readonly git: RunGit;
  readonly options: GitOptions;
  readonly copy: string;
  /** The runner's repository, not accessible to the command. */
  readonly scratch: string;
  readonly limits: ChangeLimits;
}

interface StagedChange {
  readonly tree: string;
  readonly entries: readonly ChangeEntry[];
}

/** The number of all entries, including those that only seem to be touched. */
const checkoutMs = 300_000;
/** Maximum size of texts that are searched for imports. */
const maxReadFiles = 200;
const maxReadBytes = 1_048_576;

/**
 * The changes of a working copy since `base`, as a patch: every file that the project's own rules do not ignore,
 * and ignored ones that were added by force. Left out paths are named; unsupported ones are refused with a code.
 */
export class ChangeCollection {
  private readonly indexFile: string;
  private readonly baseIndex: string;

  constructor(
    private readonly place: CollectionPlace,
    private readonly base: string,
    /** Folders in which the platform has installed packages; by default according to the base's lockfile. */
    private readonly installed?: readonly string[],
  ) {
    this.indexFile = join(place.scratch, 'collect-index');
    this.baseIndex = join(place.scratch, 'base-index');
  }

  async collect(): Promise<Result<CollectedChange>> {
    const { git, copy, scratch, limits, options } = this.place;
    const read = await this.changing(['read-tree', this.base], { indexFile: this.indexFile });
    if (!read.ok) return read;
    await copyFile(this.indexFile, this.baseIndex);
    const listed = await listCopy(git, copy, this.baseIndex, scratch);
    if (!listed.ok) return listed;
    const listing = listed.value;
    const excluded = [
      ...(this.installed ?? installedPaths(listing.committed)),
      ...packageFolders(listing.untracked, listing.committed),
    ];
    const isExcluded = (path: string) =>
      excluded.some((folder) => path === folder || path.startsWith(`${folder}/`));
    const submodules = await changedSubmodules(git, copy, scratch, listing.submodules);
    if (submodules.length > 0) return err(submoduleChanged(submodules));
    const repositories = listing.repositories.filter((path) => !isExcluded(path));
    if (repositories.length > 0) return err(nestedRepository(repositories));

    const forced = listing.forced.filter((path) => !isExcluded(path));
    const staged = await this.stage(excluded, forced);
    if (!staged.ok) return staged;
    const { tree, entries } = staged.value;
    const leftOut = { ...listing, ignored: withoutForced(listing.ignored, forced) };
    const refused = await this.refusalOf(entries, leftOut.ignored);
    if (refused) return err(refused);
    const file = join(scratch, 'change.patch');
    const patch = await writePatch(options, { base: this.base, tree, file, limits });
    if (!patch.ok) return patch;
    const findings = await this.leftOut(leftOut, excluded, entries);
    return ok({ base: this.base, patch: patch.value, findings });
  }

  /** The working copy as a tree, with the base’s own contents for untouched files. */
  private async stage(excluded: readonly string[], forced: readonly string[]): Promise<Result<StagedChange>> {
    const { indexFile } = this;
    const exclusions = excluded.map((path) => `:(exclude,literal)${path}`);
    const added = await this.changing(['add', '--all', '--', '.', ...exclusions], { indexFile });
    if (!added.ok) return added;
    if (forced.length > 0) {
      const paths = forced.map((path) => `:(literal)${path}\0`).join('');
      const fromInput = ['--pathspec-from-file=-', '--pathspec-file-nul'];
      const taken = await this.changing(['add', '--force', ...fromInput], { indexFile, input: paths });
      if (!taken.ok) return taken;
    }
    const staged = await this.staged();
    if (!staged.ok) return staged;
    const untouched = await this.untouched(perhapsUntouched(staged.value.entries));
    if (!untouched.ok || untouched.value.length === 0) return untouched.ok ? staged : untouched;
    const taken = await this.changing(['update-index', '-z', '--index-info'], {
      indexFile,
      input: contentsOfBase(untouched.value),
    });
    return taken.ok ? this.staged() : taken;
  }

  private async staged(): Promise<Result<StagedChange>> {
    const written = await this.changing(['write-tree'], { indexFile: this.indexFile });
    if (!written.ok) return written;
    const tree = written.value.toString('utf8').trim();
    const raw = await this.changing([...rawDifference, this.base, tree], { maxBytes: maxListBytes });
    return raw.ok ? ok({ tree, entries: parseRawDiff(raw.value.toString('utf8')) }) : raw;
  }

  /** Checked out once more, beside the working copy, with the base’s own attributes. */
  private async untouched(entries: readonly ChangeEntry[]): Promise<Result<readonly ChangeEntry[]>> {
    if (entries.length === 0) return ok([]);
    const { copy, scratch } = this.place;
    const workTree = join(scratch, 'untouched');
    await mkdir(workTree);
    const checkedOut = await this.changing(['checkout-index', '--quiet', '-z', '--stdin'], {
      indexFile: this.baseIndex,
      workTree,
      input: entries.map(({ path }) => `${path}\0`).join(''),
      timeoutMs: checkoutMs,
    });
    const found = checkedOut.ok ? ok(await untouchedFiles(entries, copy, workTree)) : checkedOut;
    await rm(workTree, { recursive: true });
    return found;
  }

  private async refusalOf(
    entries: readonly ChangeEntry[],
    ignored: readonly string[],
  ): Promise<Failure | undefined> {
    const { limits } = this.place;
    if (entries.length === 0) return changeEmpty(ignored);
    const paths = (of: (entry: ChangeEntry) => boolean) => entries.filter(of).map(({ path }) => path);
    const submodules = paths(isSubmoduleChange);
    if (submodules.length > 0) return submoduleChanged(submodules);
    const repositories = paths(isNestedRepository);
    if (repositories.length > 0) return nestedRepository(repositories);
    const outside = await this.outsideReaches(entries);
    if (outside.length > 0) return changeOutside(outside);
    if (entries.length > limits.maxFiles) return tooManyFiles(entries.length, limits);
    return this.sizeRefusal(entries);
  }

  private async outsideReaches(entries: readonly ChangeEntry[]): Promise<readonly string[]> {
    const reaches: string[] = [];
    for (const entry of entries) {
      const target = isSymlink(entry)
        ? (await this.place.git(['cat-file', 'blob', entry.newObject])).stdout.toString('utf8')
        : undefined;
      const reach = reachesOutside(entry, target);
      if (reach !== undefined) reaches.push(reach);
    }
    return reaches;
  }

  private async sizeRefusal(entries: readonly ChangeEntry[]): Promise<Failure | undefined> {
    const { limits, git } = this.place;
    const files = entries.filter(({ newMode }) => isRegularFile(newMode));
    if (files.length === 0) return undefined;
    const input = files.map(({ newObject }) => `${newObject}\n`).join('');
    const asked = await git(['cat-file', '--batch-check=%(objectsize)'], { input });
    if (!asked.ok) return changeUnreadable(asked.complaint);
    const sizes = asked.stdout.toString('utf8').trim().split('\n').map(Number);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    if (bytes <= limits.maxBytes) return undefined;
    const largest = Math.max(...sizes);
    const name = files[sizes.indexOf(largest)]?.path ?? '';
    return tooManyBytes(bytes, `${name} with ${largest}`, limits);
  }

  private async leftOut(
    listing: CopyListing,
    excluded: readonly string[],
    entries: readonly ChangeEntry[],
  ): Promise<readonly Finding[]> {
    const { copy } = this.place;
    const there = await Promise.all(
      [...new Set(excluded)].map(async (path) =>
        (await stat(join(copy, path)).catch(() => undefined)) ? [`${path}/`] : [],
      ),
    );
    const installed = there.flat();
    return leftOutFindings({
      ...listing,
      installed,
      ignored: listing.ignored.filter((path) => !installed.includes(path)),
      importedBy: await this.importers(listing.ignored, entries),
    });
  }

  /** New imports of ignored paths, by changed file. */
  private async importers(
    ignored: readonly string[],
    entries: readonly ChangeEntry[],
  ): Promise<ReadonlyMap<string, string>> {
    const importers = new Map<string, string>();
    if (ignored.length === 0) return importers;
    const readable = entries.filter(({ path, newMode }) => isRegularFile(newMode) && canImport(path));
    for (const entry of readable.slice(0, maxReadFiles)) {
      const imported = importedPaths(entry.path, await this.textOf(entry.newObject));
      const hits = ignored.filter((path) => imported.some((one) => isMeantBy(one, path)));
      if (hits.length === 0) continue;
      const before = isRegularFile(entry.oldMode)
        ? importedPaths(entry.path, await this.textOf(entry.oldObject))
        : [];
      for (const path of hits)
        if (!before.some((one) => isMeantBy(one, path))) importers.set(path, entry.path);
    }
    return importers;
  }

  private async textOf(object: string): Promise<string> {
    const shown = await this.place.git(['cat-file', 'blob', object], { maxBytes: maxReadBytes });
    return shown.ok ? shown.stdout.toString('utf8') : '';
  }

  private async changing(args: readonly string[], options: Partial<GitOptions>): Promise<Result<Buffer>> {
    const done = await this.place.git(args, options);
    return done.ok ? ok(done.stdout) : err(changeUnreadable(done.complaint));
  }
}

const withoutForced = (ignored: readonly string[], forced: readonly string[]): readonly string[] =>
  ignored.filter((path) => !forced.includes(path));

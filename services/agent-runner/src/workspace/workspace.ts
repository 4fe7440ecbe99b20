import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangeLimits } from '@ymera/config';
import { err, failure, ok, withoutByteOrderMark, type Result } from '@ymera/kernel';
import {
  isRegularFile,
  parseRawDiff,
  rawDifference,
  type ChangeEntry,
  type TreeEntry,
} from './change-entries';
import { ChangeCollection, type CollectedChange } from './collect-change';
import { maxListBytes } from './copy-listing';
import { git, type GitOptions, type GitOutput } from './git';
import { makeRemovable } from './removable';

export interface WorkspaceParts {
  /** The folder of this workspace. */
  readonly folder: string;
  readonly configFile: string;
  readonly commit: string;
  readonly tree: string;
  readonly signal: AbortSignal | undefined;
  readonly limits: ChangeLimits;
  /** Releases the repository behind it. */
  readonly release: () => Promise<void>;
}

const maxFileBytes = 4_194_304;
const maxArchiveBytes = 67_108_864;

/**
 * A working copy and, not accessible to commands, its repository. Whatever a command does to the copy: hooks, filters
 * and configuration of the repository that is read afterwards are the runner's own.
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

  /** A file's text as committed; undefined for a missing or too large file. */
  async committedFile(path: string, commit = this.commit): Promise<Result<string | undefined>> {
    // With `./` a name is literal, whatever its first character.
    const listed = await this.git(['ls-tree', '-z', '--full-tree', commit, '--', `./${path}`]);
    if (!listed.ok) return err(unreadable('a file of a commit', listed.complaint));
    const [mode = '', , object = ''] = listed.stdout.toString('utf8').split(/[ \t]/);
    return isRegularFile(mode) ? this.textOf(object) : ok(undefined);
  }

  /** The text of a file by its object id, without a byte-order mark; undefined where it is too large to be looked into. */
  async textOf(object: string): Promise<Result<string | undefined>> {
    const shown = await this.git(['cat-file', 'blob', object], { maxBytes: maxFileBytes });
    if (!shown.ok && !shown.isTooLong) return err(unreadable('a file of a commit', shown.complaint));
    return ok(shown.isTooLong ? undefined : withoutByteOrderMark(shown.stdout.toString('utf8')));
  }

  /** The bytes of a file by its object id, of 64 MiB at most. */
  async bytesOf(object: string): Promise<Result<Buffer>> {
    const shown = await this.git(['cat-file', 'blob', object], { maxBytes: maxArchiveBytes });
    if (shown.ok) return ok(shown.stdout);
    const complaint = shown.isTooLong ? 'it is larger than 64 MiB' : shown.complaint;
    return err(unreadable('a file of a commit', complaint));
  }

  async committedFiles(commit = this.commit): Promise<Result<readonly string[]>> {
    const listed = await this.git(['ls-tree', '-r', '-z', '--name-only', commit], {
      maxBytes: maxListBytes,
    });
    if (!listed.ok) return err(unreadable('the files of a commit', listed.complaint));
    return ok(listed.stdout.toString('utf8').split('\0').filter(Boolean));
  }

  /** Every path of a commit, with mode and object. */
  async committedTree(commit = this.commit): Promise<Result<readonly TreeEntry[]>> {
    const listed = await this.git(['ls-tree', '-r', '-z', '--full-tree', commit], {
      maxBytes: maxListBytes,
    });
    if (!listed.ok) return err(unreadable('the files of a commit', listed.complaint));
    const lines = listed.stdout.toString('utf8').split('\0').filter(Boolean);
    return ok(
      lines.map((line) => {
        const [mode = '', , object = ''] = line.slice(0, line.indexOf('\t')).split(' ');
        return { path: line.slice(line.indexOf('\t') + 1), mode, object };
      }),
    );
  }

  /** The differences of two commits of this repository; both must have been requested when it was prepared. */
  async changedFiles(base: string, commit = this.commit): Promise<Result<readonly ChangeEntry[]>> {
    const raw = await this.git([...rawDifference, base, commit], { maxBytes: maxListBytes });
    return raw.ok
      ? ok(parseRawDiff(raw.stdout.toString('utf8')))
      : err(unreadable('what differs between two commits', raw.complaint));
  }

  /**
   * The lines that differ between two commits, by path: removed (`-`) and added (`+`) ones, in order, without
   * context. Binary files have none.
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
        maxBytes: maxFileBytes,
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

  /**
   * The changes of the working copy since `base`, as a patch. `installed`: folders in which the platform has installed
   * packages; by default according to the lockfile.
   */
  async collectChange(base = this.commit, installed?: readonly string[]): Promise<Result<CollectedChange>> {
    await makeRemovable(this.copy);
    const place = {
      git: (args: readonly string[], options: Partial<GitOptions> = {}) => this.git(args, options),
      options: this.gitOptions(),
      copy: this.copy,
      scratch: this.parts.folder,
      limits: this.parts.limits,
    };
    return new ChangeCollection(place, base, installed).collect();
  }

  async close(): Promise<void> {
    await makeRemovable(this.parts.folder);
    await rm(this.parts.folder, { recursive: true, force: true, maxRetries: 3 });
    await this.parts.release();
  }

  private git(args: readonly string[], options: Partial<GitOptions> = {}): Promise<GitOutput> {
    return git(args, { ...this.gitOptions(), ...options });
  }

  private gitOptions(): GitOptions {
    return {
      configFile: this.parts.configFile,
      gitFolder: this.gitFolder,
      workTree: this.copy,
      ...(this.parts.signal ? { signal: this.parts.signal } : {}),
    };
  }
}

const unreadable = (what: string, complaint: string) =>
  failure('internal', 'repository_unreadable', `git could not read ${what}: ${complaint}`);

import { err, ok, uuidv7, type Result } from '@ymera/kernel';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  MergeConflict,
  Patch,
  PatchFailure,
  Subject,
  CommitBuilder,
  CommitBuilders,
} from '../../application/ports';
import type { ProposedTree } from '../../domain/change-policy';
import type { CommitIdentity } from '../../domain/commit-identity';
import { findObject } from './find-object';
import type { Git, GitAnswer, GitOptions } from './git';
import { changeRefs, mergeRefs } from './git-environment';
import { moveObjects } from './move-objects';
import { explainPatchFailure } from './patch-failure';
import { firstConflict } from './merge-conflict';
import { readProposedTree } from './proposed-tree';
import { parseRawDiff, type RawChange } from './raw-changes';
import type { RepositoryLayout } from './repository-layout';
import { updateRef } from './update-ref';

/** A patch of 1 MiB may unpack to a thousand times as much. */
const applyMemoryBytes = 1024 * 1024 * 1024;
/** For a patch of 64 MiB on a busy machine. */
const largePatchMs = 180_000;
const treeOutputBytes = 128 * 1024 * 1024;
/** Maximum number of conflicts that are reported with both sides; further ones are reported by path only. */
const shownConflicts = 20;

/**
 * Each commit builder has its own index and its own object directory beside the repository's, like git's receive-pack: a
 * rejected commit never enters the repository, so it cannot be fetched by id, and nothing has to be cleaned up.
 */
export class GitCommitBuilders implements CommitBuilders {
  constructor(
    private readonly git: Git,
    private readonly layout: RepositoryLayout,
  ) {}

  async subjectOf(projectId: string, commit: string): Promise<Subject | undefined> {
    const repository = this.layout.repository(projectId);
    if ((await findObject(this.git, repository, `${commit}^{commit}`)) !== commit) return undefined;
    const [time = '', subject = ''] = (
      await this.git.text(['log', '--no-walk', '--format=%ct%n%s', commit, '--'], { repository })
    ).split('\n');
    return { subject, time: Number(time) };
  }

  async open(projectId: string, base: string): Promise<CommitBuilder | undefined> {
    const repository = this.layout.repository(projectId);
    // A tag that points at the commit is another object: only the commit itself is accepted as base.
    if ((await findObject(this.git, repository, `${base}^{commit}`)) !== base) return undefined;
    const time = await this.git.text(['log', '--no-walk', '--format=%ct', base, '--'], { repository });
    const folder = join(this.layout.incoming, uuidv7());
    await mkdir(join(folder, 'objects'), { recursive: true });
    const bench = new GitCommitBuilder(this.git, repository, folder, base, Number(time));
    await bench.reset();
    return bench;
  }
}

class GitCommitBuilder implements CommitBuilder {
  private readonly options: GitOptions & { readonly repository: string };
  private proposal: { readonly tree: string; readonly changed: readonly RawChange[] } | undefined;

  constructor(
    private readonly git: Git,
    private readonly repository: string,
    private readonly folder: string,
    private readonly base: string,
    readonly baseTime: number,
  ) {
    this.options = {
      repository,
      env: {
        GIT_INDEX_FILE: join(folder, 'index'),
        GIT_OBJECT_DIRECTORY: join(folder, 'objects'),
        GIT_ALTERNATE_OBJECT_DIRECTORIES: join(repository, 'objects'),
      },
      maxOutputBytes: treeOutputBytes,
    };
  }

  async reset(): Promise<void> {
    await this.git.run(['read-tree', this.base], this.options);
  }

  async pathsOf(patch: Patch): Promise<Result<readonly string[], PatchFailure>> {
    const counted = await this.read(['apply', '--numstat', '-z'], patch);
    if (!counted.ok) return counted;
    const entries = counted.value.stdout.toString('utf8').split('\0').filter(Boolean);
    return ok(entries.map((entry) => entry.split('\t').slice(2).join('\t')));
  }

  async apply(patch: Patch): Promise<Result<void, PatchFailure>> {
    const applied = await this.read(['apply', '--cached', '--binary'], patch);
    if (!applied.ok) return applied;
    try {
      const { stdout, stderr } = await this.git.run(['write-tree'], this.options);
      // git leaves out an entry that no tree can contain (a file with the mode of a folder) and only prints a warning.
      if (stderr !== '')
        return err({ code: 'patch_invalid', message: stderr.slice(0, 1000).trim(), files: [] });
      const tree = stdout.toString('utf8').trim();
      this.proposal = { tree, changed: await this.compare(tree) };
      return ok(undefined);
    } catch (error) {
      return err(explainPatchFailure(error));
    }
  }

  async merge(commit: string): Promise<Result<void, readonly MergeConflict[]>> {
    const { code, stdout } = await this.git.run(
      ['merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', this.base, commit],
      { ...this.options, accept: [0, 1] },
    );
    const [tree = '', ...files] = stdout.toString('utf8').split('\0').filter(Boolean);
    if (code !== 0) return err(await this.conflictsIn(tree, [...new Set(files)]));
    this.proposal = { tree, changed: await this.compare(tree) };
    return ok(undefined);
  }

  proposedTree(): Promise<ProposedTree> {
    const { git, options, folder, base } = this;
    return readProposedTree({ git, options, folder, base, ...this.proposed() });
  }

  async commit(identity: CommitIdentity, mergedCommit?: string): Promise<{ commit: string; tree: string }> {
    const { tree } = this.proposed();
    const parents = [this.base, ...(mergedCommit === undefined ? [] : [mergedCommit])];
    return { commit: await this.commitTree(tree, parents, identity), tree };
  }

  /** A throw-away parent for the merge; its name and time do not matter and it is not stored. */
  async inverseOf(commit: string): Promise<string> {
    const tree = await this.git.text(['rev-parse', '--verify', `${commit}^1^{tree}`], this.options);
    const identity = { name: 'YMERA integration', email: 'integration@ymera.invalid' };
    return this.commitTree(tree, [commit], {
      author: identity,
      committer: identity,
      time: 1_000_000_000,
      message: '',
    });
  }

  private commitTree(tree: string, parents: readonly string[], identity: CommitIdentity): Promise<string> {
    const date = `${identity.time} +0000`;
    const named = parents.flatMap((parent) => ['-p', parent]);
    return this.git.text(['commit-tree', tree, ...named, '-F', '-'], {
      ...this.options,
      input: identity.message,
      env: {
        ...this.options.env,
        GIT_AUTHOR_NAME: identity.author.name,
        GIT_AUTHOR_EMAIL: identity.author.email,
        GIT_AUTHOR_DATE: date,
        GIT_COMMITTER_NAME: identity.committer.name,
        GIT_COMMITTER_EMAIL: identity.committer.email,
        GIT_COMMITTER_DATE: date,
      },
    });
  }

  async keep(changeId: string, commit: string): Promise<void> {
    await moveObjects(join(this.folder, 'objects'), join(this.repository, 'objects'));
    // Deterministic: every process that creates this change creates the same commit.
    await updateRef(this.git, this.repository, [`${changeRefs}/${changeId}`, commit]);
  }

  async keepMerge(commit: string): Promise<void> {
    await moveObjects(join(this.folder, 'objects'), join(this.repository, 'objects'));
    await updateRef(this.git, this.repository, [`${mergeRefs}/${commit}`, commit]);
  }

  async close(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** In a tree with conflicts git leaves both sides with conflict markers. */
  private async conflictsIn(tree: string, files: readonly string[]): Promise<readonly MergeConflict[]> {
    const conflicts: MergeConflict[] = [];
    for (const file of files) {
      const isShown = conflicts.length < shownConflicts;
      const shown = isShown
        ? await this.git.run(['cat-file', 'blob', `${tree}:${file}`], { ...this.options, accept: [0, 128] })
        : undefined;
      conflicts.push({ file, evidence: shown?.code === 0 ? firstConflict(shown.stdout) : '' });
    }
    return conflicts;
  }

  private proposed(): NonNullable<GitCommitBuilder['proposal']> {
    if (this.proposal === undefined) throw new TypeError('Expected an applied patch. Call apply first.');
    return this.proposal;
  }

  private async compare(tree: string): Promise<readonly RawChange[]> {
    const { stdout } = await this.git.run(
      ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', this.base, tree],
      this.options,
    );
    return parseRawDiff(stdout);
  }

  /** A patch in a file is read by git only. */
  private async read(args: readonly string[], patch: Patch): Promise<Result<GitAnswer, PatchFailure>> {
    try {
      const options = { ...this.options, memoryBytes: applyMemoryBytes };
      return ok(
        typeof patch === 'string'
          ? await this.git.run([...args, '-'], { ...options, input: patch })
          : await this.git.run([...args, patch.path], { ...options, timeoutMs: largePatchMs }),
      );
    } catch (error) {
      return err(explainPatchFailure(error));
    }
  }
}

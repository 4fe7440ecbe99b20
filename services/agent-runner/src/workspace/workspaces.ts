import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChangeLimits } from '@ymera/config';
import { err, ok, type Result } from '@ymera/kernel';
import { absentMode, type TreeEntry } from './change-entries';
import { formatOf, git, gitConfiguration, initFor, type GitOptions } from './git';
import { unavailable, type HeldCommits, type RepositoryCache } from './repository-cache';
import { Workspace } from './workspace';

export interface WorkspacesOptions {
  /** Folder of working copies; exclusive to this runner, emptied by `removeLeftovers`. */
  readonly folder: string;
  /** User of the sandbox's commands, where it is another one. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Shared by all that work on the same projects. */
  readonly cache: RepositoryCache;
  /** Limits on the change that is collected from a working copy. */
  readonly limits: ChangeLimits;
}

export interface WorkspaceRequest {
  /** A path or URL that git accepts. */
  readonly url: string;
  readonly credential?: { readonly username: string; readonly password: string };
  /** The commit of the working copy. */
  readonly commit: string;
  /** Further commits to compare with. */
  readonly alsoNeeded?: readonly string[];
  /** Paths of the working copy with the contents of one of these other commits. */
  readonly replaced?: readonly TreeEntry[];
  /** Gives the copy its own `.git`, for the command to use and to break: coding agents start with `git status` and `git diff`. */
  readonly hasGit?: boolean;
  readonly signal?: AbortSignal;
}

const run = promisify(execFile);
/** Hundreds of megabytes are written. */
const preparingMs = 300_000;

export class Workspaces {
  constructor(private readonly options: WorkspacesOptions) {}

  /** For the start of the runner: existing folders are leftovers of a process that died. */
  async removeLeftovers(): Promise<void> {
    await rm(this.options.folder, { recursive: true, force: true, maxRetries: 3 });
    await this.options.cache.removeLeftovers();
  }

  async prepare(request: WorkspaceRequest): Promise<Result<Workspace>> {
    await mkdir(this.options.folder, { recursive: true, mode: 0o711 });
    const folder = await mkdtemp(join(this.options.folder, 'task-'));
    const prepared = await this.fromCache(folder, request);
    if (!prepared.ok) await rm(folder, { recursive: true, force: true });
    return prepared;
  }

  private async fromCache(folder: string, request: WorkspaceRequest): Promise<Result<Workspace>> {
    const commits = [...new Set([request.commit, ...(request.alsoNeeded ?? [])])];
    const held = await this.options.cache.hold({ ...request, commits });
    if (!held.ok) return held;
    const filled = await this.fill(folder, request, held.value, commits).catch(async (error: unknown) => {
      await held.value.release();
      throw error;
    });
    if (!filled.ok) await held.value.release();
    return filled;
  }

  private async fill(
    folder: string,
    request: WorkspaceRequest,
    held: HeldCommits,
    commits: readonly string[],
  ): Promise<Result<Workspace>> {
    const copy = join(folder, 'copy');
    const gitFolder = join(folder, 'repository.git');
    // One for each working copy: a shared one would be written while another git reads it.
    const configFile = join(folder, 'gitconfig');
    await writeFile(configFile, gitConfiguration);
    await mkdir(copy);
    const options: GitOptions = {
      configFile,
      gitFolder,
      ...(request.signal ? { signal: request.signal } : {}),
    };
    const created = await git(initFor(request.commit, gitFolder), options);
    if (!created.ok) return err(unavailable(created.complaint));

    if (!request.hasGit) await borrow(gitFolder, held.repository, commits);
    for (const args of [
      ...(request.hasGit ? [copying(held.repository, commits)] : []),
      ['update-ref', '--no-deref', 'HEAD', request.commit],
      ['read-tree', '--reset', request.commit],
      ...replacing(request.replaced ?? []),
      ['checkout-index', '--all', '--force', '--quiet', '--index'],
    ]) {
      const done = await git(args, { ...options, workTree: copy, timeoutMs: preparingMs });
      if (!done.ok) return err(unavailable(done.complaint));
    }
    const tree = await git(['rev-parse', '--verify', `${request.commit}^{tree}`], options);
    if (!tree.ok) return err(unavailable(tree.complaint));

    if (request.hasGit) await this.giveGit(gitFolder, copy, request.commit);
    await this.handOver(copy);
    return ok(
      new Workspace({
        folder,
        configFile,
        commit: request.commit,
        tree: tree.stdout.toString('utf8').trim(),
        signal: request.signal,
        limits: this.options.limits,
        release: held.release,
      }),
    );
  }

  /** A real copy, not links to objects: the command may break it. */
  private async giveGit(gitFolder: string, copy: string, commit: string): Promise<void> {
    const own = join(copy, '.git');
    await cp(gitFolder, own, { recursive: true });
    await writeFile(join(own, 'config'), `${formatOf(commit)}\tfilemode = true\n\tbare = false\n`);
    await mkdir(join(own, 'info'), { recursive: true });
    // The platform installs packages there; a fixture of that name belongs to the project.
    await writeFile(join(own, 'info', 'exclude'), '/node_modules/\n');
  }

  private async handOver(copy: string): Promise<void> {
    const { owner } = this.options;
    if (owner) await run('chown', ['-R', '-h', `${owner.uid}:${owner.gid}`, copy]);
  }
}

/** The objects stay in the cache; git is told that the commits’ parents are missing (shallow). */
async function borrow(gitFolder: string, cached: string, commits: readonly string[]): Promise<void> {
  await writeFile(join(gitFolder, 'objects', 'info', 'alternates'), `${join(cached, 'objects')}\n`);
  await writeFile(join(gitFolder, 'shallow'), commits.map((commit) => `${commit}\n`).join(''));
}

/** The command gets its own objects, and from the cache only the requested commit. */
const copying = (cached: string, commits: readonly string[]): readonly string[] => [
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--depth=1',
  cached,
  ...commits,
];

const pathsAtOnce = 200;

/**
 * In the index, before anything is written: a link of the commit in place of a folder cannot lead the checkout out
 * of the working copy.
 */
function replacing(entries: readonly TreeEntry[]): readonly string[][] {
  const gone = entries.filter(({ mode }) => mode === absentMode).map(({ path }) => path);
  const there = entries.filter(({ mode }) => mode !== absentMode);
  const chunks = <T>(all: readonly T[]) =>
    Array.from({ length: Math.ceil(all.length / pathsAtOnce) }, (_, index) =>
      all.slice(index * pathsAtOnce, (index + 1) * pathsAtOnce),
    );
  return [
    ...chunks(gone).map((paths) => ['update-index', '--force-remove', '--', ...paths]),
    ...chunks(there).map((some) => [
      'update-index',
      '--add',
      '--replace',
      ...some.flatMap(({ mode, object, path }) => ['--cacheinfo', `${mode},${object},${path}`]),
    ]),
  ];
}

import { err, failure, failureOf, ok, uuidv7, type Failure, type Result } from '@ymera/kernel';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectRepositories, StagedRepository } from '../../application/ports';
import { filesToRead, type RepositoryFiles } from '../../domain/project-commands/repository-files';
import type { ProjectSource } from '../../domain/project-source';
import { upstreamFailure } from '../../domain/upstream-failure';
import { GitError, type Git } from './git';
import { readBlobs } from './read-blobs';
import type { RepositoryLayout } from './repository-layout';
import type { Address, UpstreamAccess } from './upstream-access';

export interface RepositoryOptions {
  readonly access: UpstreamAccess;
  readonly cloneTimeoutMs: number;
}

/** The refs of a source according to `git ls-remote`. */
interface RemoteHead {
  /** The branch that HEAD names; undefined when HEAD is detached. */
  readonly branch: string | undefined;
  readonly head: string | undefined;
  readonly wanted: string | undefined;
}

/** The branch name for a source whose HEAD is detached. */
const branchOfDetachedHead = 'main';

/**
 * Bare repositories below the data directory. Only this service writes them. A source on this machine is also copied over
 * git's transport: a client that may fetch may get any object by its id, so a repository must hold the objects of its
 * branch and no others. A clone by hard links or with alternates contains the source's whole store, including other
 * branches and discarded objects, unchecked, and changes or breaks when its owner's files do.
 */
export class GitProjectRepositories implements ProjectRepositories {
  constructor(
    private readonly git: Git,
    private readonly layout: RepositoryLayout,
    private readonly options: RepositoryOptions,
  ) {}

  pathOf(projectId: string): string {
    return this.layout.repository(projectId);
  }

  head(projectId: string, branch: string): Promise<string> {
    return this.git.text(['rev-parse', '--verify', `refs/heads/${branch}^{commit}`], {
      repository: this.pathOf(projectId),
    });
  }

  async stage(source: ProjectSource, branch: string | undefined): Promise<Result<StagedRepository>> {
    const address = await this.options.access.open(source);
    if (!address.ok) return address;
    const remote = await this.readRemoteHead(address.value, branch);
    if (!remote.ok) return remote;
    const { head, wanted } = remote.value;
    if (head === undefined && branch === undefined)
      return notFound('The repository has no commit on its HEAD.', 'Commit something, or name a branch.');
    if (branch !== undefined && wanted === undefined)
      return err(failure('not_found', 'branch_not_found', `The repository has no branch ${branch}.`));
    const ref = branch === undefined ? 'HEAD' : `refs/heads/${branch}`;
    const name = branch ?? remote.value.branch ?? branchOfDetachedHead;
    const copied = await this.copy(address.value, ref, name, wanted ?? head ?? '');
    return copied.ok ? ok({ ...copied.value, upstreamBranch: branch ?? remote.value.branch }) : copied;
  }

  files(projectId: string, commit: string): Promise<RepositoryFiles> {
    return this.filesOf(this.pathOf(projectId), commit);
  }

  private async readRemoteHead(
    { url, env }: Address,
    branch: string | undefined,
  ): Promise<Result<RemoteHead>> {
    const wanted = branch === undefined ? [] : [`refs/heads/${branch}`];
    try {
      const lines = await this.git.text(['ls-remote', '--symref', '--', url, 'HEAD', ...wanted], {
        env,
      });
      return ok(parseRemoteHead(lines, branch));
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      const why = upstreamFailure(error.stderr, url);
      if (why.code === 'upstream_denied') return err(why);
      return notFound(
        `No readable git repository at ${url}.`,
        'Give the root of a git repository, or the path of a bare one.',
      );
    }
  }

  private async copy(
    { url, env }: Address,
    ref: string,
    branch: string,
    tip: string,
  ): Promise<Result<Omit<StagedRepository, 'upstreamBranch'>>> {
    const repository = join(this.layout.incoming, `${uuidv7()}.git`);
    const discard = () => rm(repository, { recursive: true, force: true });
    try {
      const format = tip.length === 64 ? 'sha256' : 'sha1';
      await this.git.run([
        'init',
        '--quiet',
        '--bare',
        `--object-format=${format}`,
        `--initial-branch=${branch}`,
        repository,
      ]);
      await this.git.run(
        [
          'fetch',
          '--quiet',
          '--no-tags',
          '--no-write-fetch-head',
          '--update-shallow',
          '--',
          url,
          `+${ref}:refs/heads/${branch}`,
        ],
        {
          repository,
          env: { ...env, GIT_CONFIG_GLOBAL: this.layout.importConfig },
          timeoutMs: this.options.cloneTimeoutMs,
        },
      );
      const head = await this.git.text(['rev-parse', '--verify', `refs/heads/${branch}^{commit}`], {
        repository,
      });
      const files = await this.filesOf(repository, head);
      let isPublished = false;
      const publish = async (projectId: string): Promise<void> => {
        if (isPublished) return;
        await rm(this.pathOf(projectId), { recursive: true, force: true });
        await rename(repository, this.pathOf(projectId));
        isPublished = true;
      };
      return ok({ defaultBranch: branch, head, files, publish, discard });
    } catch (error) {
      await discard();
      if (failureOf(error).code === 'git_timeout') return err(this.tookTooLong());
      if (!(error instanceof GitError)) throw error;
      return err(
        failure('validation', 'repo_unreadable', 'The repository could not be copied completely.', {
          suggestion: 'Run `git fsck` in it; partial clones and corrupt objects are refused.',
        }),
      );
    }
  }

  private tookTooLong(): Failure {
    const seconds = this.options.cloneTimeoutMs / 1000;
    return failure('timeout', 'import_timeout', `The repository could not be copied within ${seconds} s.`, {
      suggestion: 'Raise YMERA_CLONE_TIMEOUT_SECONDS of the integration service.',
    });
  }

  /** The names of all files in the tree, and the contents of the files that commands are detected from. */
  private async filesOf(repository: string, commit: string): Promise<RepositoryFiles> {
    const { stdout } = await this.git.run(['ls-tree', '-r', '-l', '-z', '--full-tree', commit], {
      repository,
      maxOutputBytes: 128 * 1024 * 1024,
    });
    const paths: string[] = [];
    const files = new Map<string, { readonly oid: string; readonly bytes: number }>();
    for (const entry of stdout.toString('utf8').split('\0')) {
      const [, mode = '', oid = '', bytes = '', path = ''] =
        /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(entry) ?? [];
      if (path === '') continue;
      paths.push(path);
      if (mode.startsWith('100')) files.set(path, { oid, bytes: Number(bytes) });
    }
    const wanted = [...filesToRead(paths)].flatMap(([path, maxBytes]) => {
      const file = files.get(path);
      return file && file.bytes <= maxBytes ? [{ path, oid: file.oid }] : [];
    });
    const blobs = await readBlobs(this.git, repository, [...new Set(wanted.map(({ oid }) => oid))]);
    const contents = new Map(
      wanted.flatMap(({ path, oid }) => {
        const blob = blobs.get(oid);
        return blob ? [[path, blob.toString('utf8')] as const] : [];
      }),
    );
    return { paths, contents };
  }
}

const notFound = (message: string, suggestion: string) =>
  err(failure('not_found', 'repo_not_found', message, { suggestion }));

/** Patterns of ls-remote match the ends of names too (`refs/remotes/origin/HEAD`), so names are compared again. */
function parseRemoteHead(output: string, branch: string | undefined): RemoteHead {
  const lines = output.split('\n').map((line) => line.split('\t'));
  const symbolic = lines.find(([left = '', name]) => name === 'HEAD' && left.startsWith('ref: refs/heads/'));
  const oidOf = (ref: string) =>
    lines.find(([left = '', name]) => name === ref && !left.startsWith('ref:'))?.[0];
  return {
    branch: symbolic?.[0]?.slice('ref: refs/heads/'.length),
    head: oidOf('HEAD'),
    wanted: branch === undefined ? undefined : oidOf(`refs/heads/${branch}`),
  };
}

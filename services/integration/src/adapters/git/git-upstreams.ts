import { withoutHooks } from '@ymera/git';
import { err, failure, failureOf, ok, type Result } from '@ymera/kernel';
import { stat } from 'node:fs/promises';
import type { FollowedBranch, PushIntents, Upstreams } from '../../application/ports';
import type { Relation } from '../../domain/upstream';
import {
  pushOutcome,
  upstreamFailure,
  upstreamTookTooLong,
  type PushOutcome,
} from '../../domain/upstream-failure';
import { findObject } from './find-object';
import { GitError, type Git } from './git';
import { pushingRefs, upstreamRefs } from './git-environment';
import type { RepositoryLayout } from './repository-layout';
import { despiteStaleLocks, updateRef } from './update-ref';
import type { UpstreamAccess } from './upstream-access';

const refOf = ({ branch }: FollowedBranch): string => `${upstreamRefs}/${branch}`;

export class GitUpstreams implements Upstreams {
  constructor(
    private readonly git: Git,
    private readonly layout: RepositoryLayout,
    private readonly access: UpstreamAccess,
    private readonly timeoutMs: number,
  ) {}

  async fetch(followed: FollowedBranch): Promise<Result<void>> {
    const { projectId, source, branch } = followed;
    const address = await this.access.openText(source);
    if (!address.ok) return address;
    const { url, env } = address.value;
    const repository = this.layout.repository(projectId);
    const refspec = `+refs/heads/${branch}:${refOf(followed)}`;
    const how = ['--quiet', '--no-tags', '--no-write-fetch-head', '--update-shallow'];
    try {
      await despiteStaleLocks(repository, () =>
        this.git.run(['fetch', ...how, '--', url, refspec], { repository, env, timeoutMs: this.timeoutMs }),
      );
      return ok(undefined);
    } catch (error) {
      if (failureOf(error).code === 'git_timeout') return err(this.tookTooLong(source));
      if (!(error instanceof GitError)) throw error;
      return err(upstreamFailure(error.stderr, source));
    }
  }

  fetchedHead(followed: FollowedBranch): Promise<string | undefined> {
    return findObject(this.git, this.layout.repository(followed.projectId), `${refOf(followed)}^{commit}`);
  }

  async relation(projectId: string, ours: string, theirs: string): Promise<Relation> {
    if (ours === theirs) return { ahead: 0, behind: 0 };
    const counted = await this.git.text(
      ['rev-list', '--left-right', '--count', `${ours}...${theirs}`, '--'],
      {
        repository: this.layout.repository(projectId),
      },
    );
    const [ahead = 0, behind = 0] = counted.split('\t').map(Number);
    return { ahead, behind };
  }

  async checkPush({ source, branch }: FollowedBranch): Promise<Result<void>> {
    const address = await this.access.openText(source);
    if (!address.ok) return address;
    const { url, env } = address.value;
    if (env['GIT_ALLOW_PROTOCOL'] !== 'file') return ok(undefined);
    const owner = (await stat(url)).uid;
    if (owner !== process.getuid?.())
      return err(
        notPossible(
          `${url} belongs to another user than the integration service runs as.`,
          'Register the project by its https or ssh URL, or run the platform as the owner of the repository.',
        ),
      );
    const read = async (...args: string[]): Promise<string> =>
      (await this.git.run(['-C', url, ...args], { accept: [0, 1, 128] })).stdout.toString('utf8').trim();
    if ((await read('rev-parse', '--is-bare-repository')) === 'true') return ok(undefined);
    if ((await read('symbolic-ref', '--quiet', 'HEAD')) !== `refs/heads/${branch}`) return ok(undefined);
    const policy = await read('config', '--get', 'receive.denyCurrentBranch');
    return ['updateInstead', 'ignore', 'warn', 'false'].includes(policy)
      ? ok(undefined)
      : err(
          notPossible(
            `${branch} is checked out in ${url}, and git refuses a push to it.`,
            'Push to a bare repository, or run `git config receive.denyCurrentBranch updateInstead` there.',
          ),
        );
  }

  async push(followed: FollowedBranch, expected: string, commit: string): Promise<PushOutcome> {
    const { projectId, source, branch } = followed;
    const address = await this.access.openText(source);
    if (!address.ok) return { kind: 'refused', failure: address.error };
    const { url, env } = address.value;
    const ref = `refs/heads/${branch}`;
    const repository = this.layout.repository(projectId);
    try {
      const { code, stdout, stderr } = await this.git.run(
        ['push', '--porcelain', `--force-with-lease=${ref}:${expected}`, '--', url, `${commit}:${ref}`],
        {
          repository,
          env: { ...env, GIT_CONFIG_GLOBAL: this.layout.pushConfig },
          settings: [withoutHooks],
          timeoutMs: this.timeoutMs,
          accept: [0, 1, 128],
        },
      );
      const outcome = pushOutcome({ code, output: stdout.toString('utf8'), stderr }, source);
      if (outcome.kind === 'pushed') await updateRef(this.git, repository, [refOf(followed), commit]);
      return outcome;
    } catch (error) {
      if (failureOf(error).code !== 'git_timeout') throw error;
      return { kind: 'unknown', failure: this.tookTooLong(source) };
    }
  }

  private tookTooLong(source: string) {
    return upstreamTookTooLong(source, this.timeoutMs / 1000);
  }
}

const notPossible = (message: string, suggestion: string) =>
  failure('validation', 'push_not_possible', message, { suggestion });

/** Refs that survive the death of the process, as the push may. */
export class GitPushIntents implements PushIntents {
  constructor(
    private readonly git: Git,
    private readonly layout: RepositoryLayout,
  ) {}

  async note(projectId: string, changeId: string, commit: string): Promise<void> {
    await updateRef(this.git, this.layout.repository(projectId), [`${pushingRefs}/${changeId}`, commit]);
  }

  async isNoted(projectId: string, changeId: string): Promise<boolean> {
    const repository = this.layout.repository(projectId);
    return (await findObject(this.git, repository, `${pushingRefs}/${changeId}^{commit}`)) !== undefined;
  }

  async remove(projectId: string, changeId: string): Promise<void> {
    await updateRef(this.git, this.layout.repository(projectId), ['-d', `${pushingRefs}/${changeId}`]);
  }
}

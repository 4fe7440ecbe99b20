import type { Branches, LandingCandidate } from '../../application/ports';
import type { RepositoryFacts } from '../../domain/landing';
import { findObject } from './find-object';
import { GitError, type Git } from './git';
import { mergeRefs } from './git-environment';
import type { RepositoryLayout } from './repository-layout';
import { updateRef } from './update-ref';

/** One commit is expected; two are enough to detect more. */
const listedCommits = '--max-count=2';

/** The only code that moves a project's branch. */
export class GitBranches implements Branches {
  constructor(
    private readonly git: Git,
    private readonly layout: RepositoryLayout,
  ) {}

  async facts({ projectId, branch, base, commit }: LandingCandidate): Promise<RepositoryFacts> {
    const at = { repository: this.layout.repository(projectId) };
    const head = await this.headOf(projectId, branch);
    const tree = await findObject(this.git, at.repository, `${commit}^{tree}`);
    if (tree === undefined) return { tree, commits: [], head, isLanded: false, mergedFrom: undefined };
    const isBaseKnown = (await findObject(this.git, at.repository, `${base}^{commit}`)) !== undefined;
    const lines = isBaseKnown
      ? await this.git.text(['rev-list', '--parents', listedCommits, commit, `^${base}`, '--'], at)
      : '';
    const { code } = await this.git.run(['merge-base', '--is-ancestor', commit, head], {
      ...at,
      accept: [0, 1],
    });
    const commits = lines
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [listed = '', ...parents] = line.split(' ');
        return { commit: listed, parents };
      });
    const mergedFrom = head === base ? undefined : await this.ourParentOf(at.repository, base);
    return { tree, commits, head, isLanded: code === 0, mergedFrom };
  }

  async move(
    { projectId, branch, commit }: LandingCandidate,
    from: string,
  ): Promise<{ moved: true } | { moved: false; head: string }> {
    try {
      // Under the project's lock, so no other process moves the branch meanwhile.
      await updateRef(this.git, this.layout.repository(projectId), [`refs/heads/${branch}`, commit, from]);
      return { moved: true };
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
      const head = await this.headOf(projectId, branch);
      if (head === commit) return { moved: true };
      if (head !== from) return { moved: false, head };
      throw error;
    }
  }

  treeOf(projectId: string, branch: string): Promise<string> {
    return this.git.text(['rev-parse', '--verify', `refs/heads/${branch}^{tree}`], {
      repository: this.layout.repository(projectId),
    });
  }

  /** For a merge of the branch with its upstream: the position of the branch at that time. */
  private ourParentOf(repository: string, base: string): Promise<string | undefined> {
    return findObject(this.git, repository, `${mergeRefs}/${base}^1`);
  }

  private headOf(projectId: string, branch: string): Promise<string> {
    return this.git.text(['rev-parse', '--verify', `refs/heads/${branch}^{commit}`], {
      repository: this.layout.repository(projectId),
    });
  }
}

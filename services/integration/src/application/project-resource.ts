import type { ProjectResource } from '@ymera/contracts';
import type { Project } from '../domain/project';
import { upstreamResource, upstreamRewritten } from '../domain/upstream';
import type { ProjectRepositories, Upstreams } from './ports';
import { followedBranch } from './upstream-fetches';

export interface ProjectResourceDependencies {
  readonly repositories: Pick<ProjectRepositories, 'pathOf' | 'head'>;
  readonly upstreams: Pick<Upstreams, 'relation' | 'fetchedHead'>;
}

/** The public view of a project; its head, and the relation to the upstream's head, are read from git each time. */
export async function projectResource(
  project: Project,
  { repositories, upstreams }: ProjectResourceDependencies,
): Promise<ProjectResource> {
  const { projectId, name, defaultBranch, commands, performance, createdAt, source, upstream } = project;
  const head = await repositories.head(projectId, defaultBranch);
  const theirs = await upstreamHead(project, upstreams);
  const relation = theirs === undefined ? undefined : await upstreams.relation(projectId, head, theirs);
  return {
    project_id: projectId,
    name,
    repository: repositories.pathOf(projectId),
    default_branch: defaultBranch,
    head,
    commands,
    performance,
    created_at: createdAt.toISOString(),
    upstream: upstreamResource(source, upstream, relation),
  };
}

/** The recorded head is the last one that continues those before it; a rewritten branch points elsewhere. */
async function upstreamHead(
  project: Project,
  upstreams: Pick<Upstreams, 'fetchedHead'>,
): Promise<string | undefined> {
  const { error, head } = project.upstream;
  const followed = followedBranch(project);
  if (error?.code !== upstreamRewritten || !followed) return head;
  return (await upstreams.fetchedHead(followed)) ?? head;
}

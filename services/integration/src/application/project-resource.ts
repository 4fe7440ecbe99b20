import type { ProjectResource } from '@ymera/contracts';
import type { Project } from '../domain/project';
import { upstreamResource } from '../domain/upstream';
import type { ProjectRepositories, Upstreams } from './ports';

export interface ProjectResourceDependencies {
  readonly repositories: Pick<ProjectRepositories, 'pathOf' | 'head'>;
  readonly upstreams: Pick<Upstreams, 'relation'>;
}

/** What the world sees of a project; its head, and how that stands to the upstream's, are asked of git each time. */
export async function projectResource(
  project: Project,
  { repositories, upstreams }: ProjectResourceDependencies,
): Promise<ProjectResource> {
  const { projectId, name, defaultBranch, commands, performance, createdAt, source, upstream } = project;
  const head = await repositories.head(projectId, defaultBranch);
  const relation =
    upstream.head === undefined ? undefined : await upstreams.relation(projectId, head, upstream.head);
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

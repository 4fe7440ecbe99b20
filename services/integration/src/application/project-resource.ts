import type { ProjectResource } from '@ymera/contracts';
import type { Project } from '../domain/project';
import type { ProjectRepositories } from './ports';

/** What the world sees of a project; its head is asked of git each time. */
export async function projectResource(
  project: Project,
  repositories: ProjectRepositories,
): Promise<ProjectResource> {
  const { projectId, name, defaultBranch, commands, performance, createdAt } = project;
  return {
    project_id: projectId,
    name,
    repository: repositories.pathOf(projectId),
    default_branch: defaultBranch,
    head: await repositories.head(projectId, defaultBranch),
    commands,
    performance,
    created_at: createdAt.toISOString(),
  };
}

import type { IntegrationUnitOfWork, ProjectRepositories } from './ports';

/** The repositories that may be read. */
export class RepositoryAccess {
  constructor(
    private readonly unitOfWork: IntegrationUnitOfWork,
    private readonly repositories: ProjectRepositories,
  ) {}

  /** Undefined for an unregistered project, also when an interrupted registration left a folder. */
  async pathOf(projectId: string): Promise<string | undefined> {
    const project = await this.unitOfWork.run((tx) => tx.projects.find(projectId));
    return project && this.repositories.pathOf(project.projectId);
  }
}

import type { IntegrationUnitOfWork, ProjectRepositories } from './ports';

/** Which repositories there are to read. */
export class RepositoryAccess {
  constructor(
    private readonly unitOfWork: IntegrationUnitOfWork,
    private readonly repositories: ProjectRepositories,
  ) {}

  /** Undefined when nobody registered the project; a folder alone, of a registration that died, is none. */
  async pathOf(projectId: string): Promise<string | undefined> {
    const project = await this.unitOfWork.run((tx) => tx.projects.find(projectId));
    return project && this.repositories.pathOf(project.projectId);
  }
}

import type { Logger } from '@ymera/kernel';
import type { LandingQueue } from './landing-queue';
import type { IntegrationUnitOfWork, RepositoryMaintenance } from './ports';

const projectsPerPage = 50;

interface Dependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly maintenance: RepositoryMaintenance;
  /** Nothing lands in a project while its repository is collected. */
  readonly underWay: LandingQueue;
  readonly logger: Logger;
}

/**
 * Collects the garbage of each project's repository: in the project's turn of this process, and under its lock, so that
 * neither a landing nor another instance is at work in it. A project that fails does not hold up the others.
 */
export class CollectGarbage {
  constructor(private readonly use: Dependencies) {}

  async execute(): Promise<void> {
    const { unitOfWork, logger } = this.use;
    for (let after: string | undefined; ;) {
      const projects = await unitOfWork.run((tx) => tx.projects.page(after, projectsPerPage));
      for (const { projectId } of projects)
        await this.collect(projectId).catch((error: unknown) => {
          logger.warn('garbage collection failed', { project_id: projectId, error });
        });
      after = projects.at(-1)?.projectId;
      if (projects.length < projectsPerPage) return;
    }
  }

  private collect(projectId: string): Promise<void> {
    const { unitOfWork, maintenance, underWay } = this.use;
    return underWay.run(projectId, () =>
      unitOfWork.run(async (tx) => {
        await tx.projects.lock(projectId);
        await maintenance.collectGarbage(projectId);
      }),
    );
  }
}

import {
  type getProject,
  type listProjects,
  pageCursor,
  type PayloadOf,
  projectId,
  type ProjectResource,
  type ReplyOf,
} from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import type { IntegrationUnitOfWork, ProjectRepositories } from './ports';
import { projectResource } from './project-resource';

export interface ReadProjectsDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly repositories: ProjectRepositories;
  /** Address under which agents reach this service, without a slash at the end. */
  readonly publicUrl: string;
}

export class GetProject {
  constructor(private readonly use: ReadProjectsDependencies) {}

  async execute({ project_id }: PayloadOf<typeof getProject>): Promise<Result<ReplyOf<typeof getProject>>> {
    const project = await this.use.unitOfWork.run((tx) => tx.projects.find(project_id));
    if (!project) return err(failure('not_found', 'project_not_found', `There is no project ${project_id}.`));
    const resource = await projectResource(project, this.use.repositories);
    return ok({ ...resource, workspace_url: `${this.use.publicUrl}/git/${project_id}.git` });
  }
}

const cursors = pageCursor('projects', projectId);

/** git processes at once while a page is read. */
const concurrency = 4;

export class ListProjects {
  constructor(private readonly use: Omit<ReadProjectsDependencies, 'publicUrl'>) {}

  async execute(query: PayloadOf<typeof listProjects>): Promise<Result<ReplyOf<typeof listProjects>>> {
    const after = cursors.decode(query.cursor);
    if (!after.ok) return after;
    const found = await this.use.unitOfWork.run((tx) => tx.projects.page(after.value, query.limit + 1));
    const page = cursors.page(found, query.limit, (last) => last.projectId);
    const items: ProjectResource[] = [];
    for (let start = 0; start < page.items.length; start += concurrency) {
      const some = page.items.slice(start, start + concurrency);
      items.push(
        ...(await Promise.all(some.map((project) => projectResource(project, this.use.repositories)))),
      );
    }
    return ok({ ...page, items });
  }
}

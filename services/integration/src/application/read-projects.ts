import {
  type getProject,
  type listProjects,
  pageCursor,
  type PayloadOf,
  projectId,
  type ReplyOf,
} from '@ymera/contracts';
import { err, failure, mapConcurrently, ok, type Result } from '@ymera/kernel';
import type { IntegrationUnitOfWork } from './ports';
import { projectResource, type ProjectResourceDependencies } from './project-resource';
import { projectMissing, type Synced, type SyncProject } from './sync-project';

export interface ReadProjectsDependencies extends ProjectResourceDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly sync: Pick<SyncProject, 'execute'>;
  /** Address of this service for agents, without a slash at the end. */
  readonly publicUrl: string;
}

type ProjectReply = ReplyOf<typeof getProject>;

export class GetProject {
  constructor(private readonly use: ReadProjectsDependencies) {}

  async execute({ project_id, fresh = false }: PayloadOf<typeof getProject>): Promise<Result<ProjectReply>> {
    if (fresh) {
      const found = await this.fresh(project_id);
      return found.ok ? ok(found.value.reply) : found;
    }
    const project = await this.use.unitOfWork.run((tx) => tx.projects.find(project_id));
    if (!project) return err(projectMissing(project_id));
    return ok({ ...(await projectResource(project, this.use)), ...this.workspaceOf(project_id) });
  }

  /** The base of new work, synchronised with the upstream if it is reachable. */
  async fresh(projectId: string): Promise<Result<{ readonly synced: Synced; readonly reply: ProjectReply }>> {
    const result = await this.use.sync.execute(projectId);
    if (!result.ok) return result;
    const synced = result.value;
    const { error, requireFresh } = synced.project.upstream;
    if (requireFresh && error !== undefined)
      return err(
        failure('unavailable', error.code, error.message, {
          suggestion: 'The project requires a fresh upstream. Retry, or set `--require-fresh off`.',
        }),
      );
    const resource = await projectResource(synced.project, this.use);
    const reply = {
      ...resource,
      ...this.workspaceOf(projectId),
      base: synced.base,
      notes: synced.notes.map((note) => note.slice(0, 1000)),
    };
    return ok({ synced, reply });
  }

  private workspaceOf(projectId: string) {
    return { workspace_url: `${this.use.publicUrl}/git/${projectId}.git` };
  }
}

const cursors = pageCursor('projects', projectId);

/** Maximum concurrent git processes while a page is read. */
const concurrency = 4;

export class ListProjects {
  constructor(private readonly use: Omit<ReadProjectsDependencies, 'publicUrl' | 'sync'>) {}

  async execute(query: PayloadOf<typeof listProjects>): Promise<Result<ReplyOf<typeof listProjects>>> {
    const after = cursors.decode(query.cursor);
    if (!after.ok) return after;
    const found = await this.use.unitOfWork.run((tx) => tx.projects.page(after.value, query.limit + 1));
    const page = cursors.page(found, query.limit, (last) => last.projectId);
    const items = await mapConcurrently(page.items, concurrency, (project) =>
      projectResource(project, this.use),
    );
    return ok({ ...page, items });
  }
}

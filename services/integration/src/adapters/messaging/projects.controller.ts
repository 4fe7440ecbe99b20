import { Controller, Inject } from '@nestjs/common';
import {
  getProject,
  listProjects,
  proposeRevert,
  registerProject,
  syncProject,
  updateProject,
  type PayloadOf,
  type ProjectResource,
} from '@ymera/contracts';
import { type Result } from '@ymera/kernel';
import { OnQuery } from '@ymera/messaging';
import { ProposeRevert } from '../../application/propose-revert';
import { GetProject, ListProjects } from '../../application/read-projects';
import { RegisterProject } from '../../application/register-project';
import { SyncProject } from '../../application/sync-project';
import { UpdateProject } from '../../application/update-project';

@Controller()
export class ProjectsController {
  constructor(
    @Inject(RegisterProject) private readonly registerProject: RegisterProject,
    @Inject(GetProject) private readonly getProject: GetProject,
    @Inject(ListProjects) private readonly listProjects: ListProjects,
    @Inject(UpdateProject) private readonly updateProject: UpdateProject,
    @Inject(SyncProject) private readonly syncProject: SyncProject,
    @Inject(ProposeRevert) private readonly proposeRevert: ProposeRevert,
  ) {}

  @OnQuery(registerProject)
  register(payload: PayloadOf<typeof registerProject>) {
    return this.registerProject.execute(payload);
  }

  @OnQuery(getProject)
  project(payload: PayloadOf<typeof getProject>) {
    return this.getProject.execute(payload);
  }

  @OnQuery(updateProject)
  update(payload: PayloadOf<typeof updateProject>) {
    return this.updateProject.execute(payload);
  }

  @OnQuery(syncProject)
  async sync({ project_id, actor }: PayloadOf<typeof syncProject>): Promise<Result<ProjectResource>> {
    const synced = await this.syncProject.execute(project_id, actor.name);
    return synced.ok ? this.getProject.execute({ project_id }) : synced;
  }

  @OnQuery(proposeRevert)
  revert(payload: PayloadOf<typeof proposeRevert>) {
    return this.proposeRevert.execute(payload);
  }

  @OnQuery(listProjects)
  projects(payload: PayloadOf<typeof listProjects>) {
    return this.listProjects.execute(payload);
  }
}

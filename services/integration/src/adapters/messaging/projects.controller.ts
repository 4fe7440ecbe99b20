import { Controller, Inject } from '@nestjs/common';
import { getProject, listProjects, registerProject, type PayloadOf } from '@ymera/contracts';
import { OnQuery } from '@ymera/messaging';
import { GetProject, ListProjects } from '../../application/read-projects';
import { RegisterProject } from '../../application/register-project';

@Controller()
export class ProjectsController {
  constructor(
    @Inject(RegisterProject) private readonly registerProject: RegisterProject,
    @Inject(GetProject) private readonly getProject: GetProject,
    @Inject(ListProjects) private readonly listProjects: ListProjects,
  ) {}

  @OnQuery(registerProject)
  register(payload: PayloadOf<typeof registerProject>) {
    return this.registerProject.execute(payload);
  }

  @OnQuery(getProject)
  project(payload: PayloadOf<typeof getProject>) {
    return this.getProject.execute(payload);
  }

  @OnQuery(listProjects)
  projects(payload: PayloadOf<typeof listProjects>) {
    return this.listProjects.execute(payload);
  }
}

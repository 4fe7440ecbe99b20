import { projectUpdated, type PayloadOf, type ProjectResource, type updateProject } from '@ymera/contracts';
import { err, failure, ok, type Result } from '@ymera/kernel';
import type { Project } from '../domain/project';
import { detectProjectCommands } from '../domain/project-commands/detect-project-commands';
import { changeOverrides, effectiveSettings } from '../domain/project-settings';
import type { IntegrationUnitOfWork, ProjectRepositories, Upstreams } from './ports';
import { projectResource, type ProjectResourceDependencies } from './project-resource';
import { overridesAt, projectMissing } from './sync-project';
import { followedBranch } from './upstream-fetches';

type Update = PayloadOf<typeof updateProject>;

export interface UpdateProjectDependencies extends ProjectResourceDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly repositories: ProjectRepositories;
  readonly upstreams: Upstreams;
}

/** Changes a project's settings; the next request is planned with them. Idempotent. */
export class UpdateProject {
  constructor(private readonly use: UpdateProjectDependencies) {}

  async execute(update: Update): Promise<Result<ProjectResource>> {
    const { unitOfWork, upstreams } = this.use;
    const project = await unitOfWork.run((tx) => tx.projects.find(update.project_id));
    if (!project) return err(projectMissing(update.project_id));
    if (update.push === 'branch') {
      const followed = followedBranch(project);
      const possible = followed ? await upstreams.checkPush(followed) : nothingFollowed;
      if (!possible.ok) return possible;
    }
    const updated = await unitOfWork.run(async (tx): Promise<Result<Project>> => {
      await tx.projects.lock(update.project_id);
      const current = (await tx.projects.find(update.project_id)) ?? project;
      const settings = await this.settings(current, update);
      if (!settings.ok) return settings;
      const next: Project = {
        ...current,
        ...settings.value,
        name: update.name ?? current.name,
        upstream: {
          ...current.upstream,
          push: update.push ?? current.upstream.push,
          requireFresh: update.require_fresh ?? current.upstream.requireFresh,
        },
        version: current.version + 1,
      };
      await tx.projects.update(next);
      await tx.outbox.event(projectUpdated, {
        aggregateId: next.projectId,
        aggregateVersion: next.version,
        payload: {
          project_id: next.projectId,
          name: next.name,
          commands: next.commands,
          performance: next.performance,
          push: next.upstream.push,
          require_fresh: next.upstream.requireFresh,
          updated_by: update.actor.name,
        },
      });
      return ok(next);
    });
    return updated.ok ? ok(await projectResource(updated.value, this.use)) : updated;
  }

  private async settings(project: Project, update: Update): Promise<Result<Partial<Project>>> {
    if (update.commands === undefined && update.performance === undefined) return ok({});
    const { repositories } = this.use;
    const { projectId, defaultBranch } = project;
    const head = await repositories.head(projectId, defaultBranch);
    const detected = detectProjectCommands(await repositories.files(projectId, head));
    if (!detected.ok) return detected;
    const before = project.overrides ?? (await overridesAt(repositories, project, head));
    const overrides = changeOverrides(before, update);
    const settings = effectiveSettings(detected.value, overrides);
    return settings.ok ? ok({ ...settings.value, overrides, detectedAt: head }) : settings;
  }
}

const nothingFollowed = err(
  failure('validation', 'push_not_possible', 'The source had no branch at its HEAD when it was registered.', {
    suggestion: 'Register the repository under another project id, and name a branch.',
  }),
);

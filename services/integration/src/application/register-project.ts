import {
  projectRegistered,
  type PayloadOf,
  type ProjectResource,
  type registerProject,
} from '@ymera/contracts';
import { digestOf, err, failure, ok, repeatOf, type Clock, type Result } from '@ymera/kernel';
import type { Project } from '../domain/project';
import {
  detectProjectCommands,
  type ProjectSettings,
} from '../domain/project-commands/detect-project-commands';
import { parseProjectSource } from '../domain/project-source';
import { effectiveSettings, type SettingOverrides } from '../domain/project-settings';
import type { IntegrationUnitOfWork, ProjectRepositories, ProjectStore, StagedRepository } from './ports';
import { projectResource, type ProjectResourceDependencies } from './project-resource';

type Registration = PayloadOf<typeof registerProject>;

export interface RegisterProjectDependencies extends ProjectResourceDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly repositories: ProjectRepositories;
  readonly clock: Clock;
}

/**
 * Copies a repository and records it. The copy becomes visible and the row is committed under the project's lock; a process
 * that dies in between leaves a repository without a row, which the next registration replaces.
 */
export class RegisterProject {
  /** A caller whose request timed out repeats it while the copy still runs: it joins that copy. */
  private readonly running = new Map<string, Promise<Result<ProjectResource>>>();

  constructor(private readonly use: RegisterProjectDependencies) {}

  execute(registration: Registration): Promise<Result<ProjectResource>> {
    if (registration.idempotency_key === undefined) return this.register(registration);
    const key = digestOf(registration);
    const joined = this.running.get(key);
    if (joined) return joined;
    const result = this.register(registration).finally(() => this.running.delete(key));
    this.running.set(key, result);
    return result;
  }

  private async register(registration: Registration): Promise<Result<ProjectResource>> {
    const earlier = await this.use.unitOfWork.run((tx) => this.earlier(tx.projects, registration));
    if (!earlier.ok) return earlier;
    if (earlier.value) return this.answer(earlier.value);
    const source = parseProjectSource(registration.source);
    if (!source.ok) return source;
    const staged = await this.use.repositories.stage(source.value, registration.branch);
    if (!staged.ok) return staged;
    try {
      const overrides = overridesOf(registration);
      const detected = detectProjectCommands(staged.value.files);
      const settings = detected.ok ? effectiveSettings(detected.value, overrides) : detected;
      if (!settings.ok) return settings;
      return await this.record(registration, { ...settings.value, overrides }, staged.value);
    } finally {
      await staged.value.discard();
    }
  }

  /** The project that this request created before, or the reason why it cannot be created. */
  private async earlier(
    projects: ProjectStore,
    registration: Registration,
  ): Promise<Result<Project | undefined>> {
    const { idempotency_key: key, actor, project_id } = registration;
    const same = key === undefined ? undefined : await projects.findByIdempotencyKey(actor.name, key);
    if (same) return repeatOf(same, same.requestDigest, requestDigestOf(registration));
    if (await projects.find(project_id))
      return err(
        failure('conflict', 'project_exists', `Project ${project_id} exists already.`, {
          suggestion: 'Choose another id.',
        }),
      );
    return ok(undefined);
  }

  private async record(
    registration: Registration,
    settings: ProjectSettings & { readonly overrides: SettingOverrides },
    staged: StagedRepository,
  ): Promise<Result<ProjectResource>> {
    const project: Project = {
      projectId: registration.project_id,
      name: registration.name ?? registration.project_id,
      source: registration.source,
      defaultBranch: staged.defaultBranch,
      ...settings,
      detectedAt: staged.head,
      upstream: {
        branch: staged.upstreamBranch,
        push: 'off',
        requireFresh: false,
        head: staged.head,
        checkedAt: this.use.clock.now(),
        error: undefined,
      },
      version: 1,
      registeredBy: registration.actor.name,
      idempotencyKey: registration.idempotency_key,
      requestDigest: requestDigestOf(registration),
      createdAt: this.use.clock.now(),
    };
    const recorded = await this.use.unitOfWork.run(async (tx): Promise<Result<Project>> => {
      await tx.projects.lock(project.projectId);
      const earlier = await this.earlier(tx.projects, registration);
      if (!earlier.ok) return earlier;
      if (earlier.value) return ok(earlier.value);
      await staged.publish(project.projectId);
      await tx.projects.insert(project);
      await tx.outbox.event(projectRegistered, {
        aggregateId: project.projectId,
        aggregateVersion: 1,
        payload: {
          project_id: project.projectId,
          default_branch: project.defaultBranch,
          head: staged.head,
          commands: project.commands,
          registered_by: project.registeredBy,
        },
      });
      return ok(project);
    });
    return recorded.ok ? this.answer(recorded.value) : recorded;
  }

  private async answer(project: Project): Promise<Result<ProjectResource>> {
    return ok(await projectResource(project, this.use));
  }
}

/** The content of the request, without its idempotency key. */
const requestDigestOf = ({ idempotency_key: _, actor, ...asked }: Registration): string =>
  digestOf({ ...asked, actor: actor.name });

/** Given commands override detected ones, command by command. */
const overridesOf = ({ commands, performance }: Registration): SettingOverrides => ({
  commands: commands ?? {},
  ...(performance === undefined ? {} : { performance }),
});

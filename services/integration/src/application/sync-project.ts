import { projectSynced } from '@ymera/contracts';
import { err, failure, ok, type Clock, type Failure, type Result } from '@ymera/kernel';
import { detectProjectCommands } from '../domain/project-commands/detect-project-commands';
import type { Project } from '../domain/project';
import { effectiveSettings, overridesIn, type SettingOverrides } from '../domain/project-settings';
import {
  nextUpstreamStep,
  stateOfUpstream,
  upstreamRewritten,
  type Relation,
  type Upstream,
} from '../domain/upstream';
import * as notes from '../domain/upstream-notes';
import type { LandingQueue } from './landing-queue';
import { mergeWithUpstream } from './merge-with-upstream';
import type {
  Branches,
  IntegrationTransaction,
  IntegrationUnitOfWork,
  ProjectRepositories,
  Upstreams,
  CommitBuilders,
} from './ports';
import { followedBranch, type UpstreamFetches } from './upstream-fetches';

export interface SyncProjectDependencies {
  readonly unitOfWork: IntegrationUnitOfWork;
  readonly repositories: ProjectRepositories;
  readonly branches: Branches;
  readonly commitBuilders: CommitBuilders;
  readonly upstreams: Upstreams;
  readonly fetches: Pick<UpstreamFetches, 'fetch'>;
  readonly underWay: LandingQueue;
  readonly clock: Clock;
}

export interface Synced {
  readonly project: Project;
  /** The base of new work. */
  readonly base: string;
  /** The upstream's head if it may be built upon; undefined when none is known. */
  readonly upstreamHead: string | undefined;
  /** The reason why upstream commits are missing in `base`. */
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly notes: readonly string[];
}

/** The actor of automatic synchronisations. */
export const integrationActor = 'integration';

/**
 * Synchronises a project with the branch that it was copied from. Our branch only moves forward: to the upstream's head when
 * we have no own commits, otherwise not at all. Diverged histories are merged into a commit that is on no branch; new work
 * starts on it, and it lands with that work, tested, examined and approved as part of its tree.
 *
 * When the process dies after the branch has moved and before the transaction commits, the branch is at the upstream's head;
 * the next pass finds it there and records that head.
 */
export class SyncProject {
  constructor(private readonly use: SyncProjectDependencies) {}

  /** `askedBy`: a person, for whom the result is published and recorded, also when nothing changed. */
  async execute(projectId: string, askedBy?: string): Promise<Result<Synced>> {
    const { unitOfWork, underWay, fetches } = this.use;
    const project = await unitOfWork.run((tx) => tx.projects.find(projectId));
    if (!project) return err(projectMissing(projectId));
    const followed = followedBranch(project);
    const fetched = followed
      ? await fetches.fetch(followed, { force: askedBy !== undefined })
      : ok(undefined);
    const record = (): Promise<Synced> =>
      unitOfWork.run(async (tx) => {
        await tx.projects.lock(projectId);
        const current = await tx.projects.find(projectId);
        return this.apply(tx, current ?? project, fetched, askedBy);
      });
    // A landing that waits for an unresponsive upstream holds the turn; without a fetched head nothing is moved.
    return ok(fetched.ok ? await underWay.run(projectId, record) : await record());
  }

  /** Under the project's lock; with a `fetched` head also in the project's turn. */
  async apply(
    tx: IntegrationTransaction,
    project: Project,
    fetched: Result<void>,
    askedBy?: string,
  ): Promise<Synced> {
    const { projectId, defaultBranch } = project;
    const local = await this.use.repositories.head(projectId, defaultBranch);
    const found = fetched.ok
      ? await this.synchronise(tx, project, local)
      : { ...unreached(project, fetched.error, local), movedTo: undefined };
    const head = found.movedTo ?? local;
    const settings = await this.settingsAt(project, local, found.base);
    const upstream: Upstream = { ...project.upstream, ...found.known };
    const next: Project = { ...project, ...settings.changed, upstream, version: project.version + 1 };
    await tx.projects.update(next);
    const isNews =
      askedBy !== undefined ||
      found.movedTo !== undefined ||
      upstream.head !== project.upstream.head ||
      upstream.error?.code !== project.upstream.error?.code;
    if (isNews && upstream.branch !== undefined)
      await this.announce(tx, next, {
        head,
        movedFrom: found.movedTo && local,
        relation: found.relation,
        askedBy,
      });
    return {
      project: next,
      base: found.base,
      upstreamHead: upstream.error === undefined ? upstream.head : undefined,
      notes: [...found.notes, ...settings.notes],
      ...(found.refusal === undefined ? {} : { refusal: found.refusal }),
    };
  }

  private async synchronise(tx: IntegrationTransaction, project: Project, local: string): Promise<Found> {
    const followed = followedBranch(project);
    const theirs = followed && (await this.use.upstreams.fetchedHead(followed));
    if (theirs === undefined) return { ...nothing(local), known: {} };
    const { projectId, upstream } = project;
    const relation = await this.use.upstreams.relation(projectId, local, theirs);
    const known = { head: theirs, checkedAt: this.use.clock.now(), error: undefined };
    const inStep: Found = { ...nothing(local), known, relation };
    switch (nextUpstreamStep({ ...relation, continues: await this.continues(projectId, upstream, theirs) })) {
      case 'nothing':
        return inStep;
      case 'fast_forward':
        return this.fastForward(tx, project, { local, theirs }, inStep);
      case 'merge':
        return this.merge(project, { local, theirs }, inStep);
      case 'refuse_rewritten': {
        const note = notes.rewrittenNote(local);
        const error = { code: upstreamRewritten, message: note, retryable: false };
        return {
          ...nothing(local),
          known: { checkedAt: known.checkedAt, error },
          relation,
          refusal: error,
          notes: [note],
        };
      }
    }
  }

  /** Commits that the upstream has dropped would otherwise look like commits of ours. */
  private async continues(projectId: string, { head }: Upstream, theirs: string): Promise<boolean> {
    if (head === undefined) return true;
    return (await this.use.upstreams.relation(projectId, head, theirs)).ahead === 0;
  }

  private async fastForward(
    tx: IntegrationTransaction,
    { projectId, defaultBranch }: Project,
    { local, theirs }: { readonly local: string; readonly theirs: string },
    found: Found,
  ): Promise<Found> {
    // Right before the branch moves, like a landing: a pause stops every move of a branch.
    if ((await tx.pauses.whileWorking()) !== undefined)
      return { ...found, notes: found.relation ? [notes.behindNote(found.relation)] : [] };
    const candidate = { projectId, branch: defaultBranch, base: local, commit: theirs };
    const moved = await this.use.branches.move(candidate, local);
    if (!moved.moved) throw new Error(`${projectId}: ${defaultBranch} moved to ${moved.head} under its lock`);
    return { ...found, base: theirs, movedTo: theirs, relation: { ahead: 0, behind: 0 } };
  }

  private async merge(
    { projectId, defaultBranch }: Project,
    { local, theirs }: { readonly local: string; readonly theirs: string },
    found: Found,
  ): Promise<Found> {
    const { relation = { ahead: 0, behind: 0 } } = found;
    const merged = await mergeWithUpstream(this.use.commitBuilders, {
      projectId,
      branch: defaultBranch,
      local,
      theirs,
    });
    if (merged.ok) return { ...found, base: merged.value, notes: [notes.mergedNote(merged.value, relation)] };
    const note = notes.conflictNote(merged.error, relation);
    return { ...found, refusal: { code: 'upstream_conflict', message: note }, notes: [note] };
  }

  /** Detects commands again once new work starts on another commit than the one they were detected from. */
  private async settingsAt(
    project: Project,
    local: string,
    base: string,
  ): Promise<{ readonly changed: Partial<Project>; readonly notes: readonly string[] }> {
    if (project.detectedAt === base) return { changed: {}, notes: [] };
    const { repositories } = this.use;
    const overrides = project.overrides ?? (await overridesAt(repositories, project, local));
    const detected = detectProjectCommands(await repositories.files(project.projectId, base));
    const settings = detected.ok ? effectiveSettings(detected.value, overrides) : detected;
    return settings.ok
      ? { changed: { ...settings.value, overrides, detectedAt: base }, notes: [] }
      : { changed: {}, notes: [notes.settingsNote(settings.error.message)] };
  }

  private announce(
    tx: IntegrationTransaction,
    { projectId, defaultBranch, source, upstream, version }: Project,
    { head, movedFrom, relation, askedBy }: Announcement,
  ): Promise<void> {
    return tx.outbox.event(projectSynced, {
      aggregateId: projectId,
      aggregateVersion: version,
      payload: {
        project_id: projectId,
        branch: defaultBranch,
        upstream: source,
        state: stateOfUpstream(upstream, relation),
        push: upstream.push,
        head,
        ...(movedFrom === undefined ? {} : { moved_from: movedFrom }),
        ...(upstream.head === undefined ? {} : { upstream_head: upstream.head }),
        ...(upstream.error === undefined ? {} : { error: upstream.error }),
        synced_by: askedBy ?? integrationActor,
        synced_at: this.use.clock.now().toISOString(),
      },
    });
  }
}

/** For a project that was recorded before overrides were stored: by the commands detected at the old position of its branch. */
export async function overridesAt(
  repositories: Pick<ProjectRepositories, 'files'>,
  { projectId, commands, performance }: Project,
  commit: string,
): Promise<SettingOverrides> {
  const detected = detectProjectCommands(await repositories.files(projectId, commit));
  return detected.ok ? overridesIn({ commands, performance }, detected.value) : { commands, performance };
}

interface Found {
  readonly known: Partial<Upstream>;
  readonly base: string;
  readonly movedTo: string | undefined;
  readonly relation: Relation | undefined;
  readonly refusal?: { readonly code: string; readonly message: string };
  readonly notes: readonly string[];
}

interface Announcement {
  readonly head: string;
  readonly movedFrom: string | undefined;
  readonly relation: Relation | undefined;
  readonly askedBy: string | undefined;
}

const nothing = (local: string): Omit<Found, 'known'> => ({
  base: local,
  movedTo: undefined,
  relation: undefined,
  notes: [],
});

/** Keeps the known state and adds that it may be out of date. */
function unreached({ upstream }: Project, reason: Failure, local: string): Found {
  const { code, message, retryable, suggestion } = reason;
  const error = { code, message, retryable, ...(suggestion === undefined ? {} : { suggestion }) };
  const known = { error };
  return { ...nothing(local), known, notes: [notes.notFreshNote({ ...upstream, ...known }, local)] };
}

export const projectMissing = (projectId: string): Failure =>
  failure('not_found', 'project_not_found', `Unknown project ${projectId}.`);

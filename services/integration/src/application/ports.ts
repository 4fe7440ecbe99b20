import type { landChange, PayloadOf } from '@ymera/contracts';
import type { Messages, PauseStore, UnitOfWork } from '@ymera/unit-of-work';
import type { Result } from '@ymera/kernel';
import type { Change } from '../domain/change';
import type { ProposedTree } from '../domain/change-policy';
import type { CommitIdentity } from '../domain/commit-identity';
import type { RepositoryFacts } from '../domain/landing';
import type { Project } from '../domain/project';
import type { RepositoryFiles } from '../domain/project-commands/repository-files';
import type { ProjectSource } from '../domain/project-source';
import type { Relation } from '../domain/upstream';
import type { PushOutcome } from '../domain/upstream-failure';

export interface ProjectStore {
  insert(project: Project): Promise<void>;
  /** Replaces the row of version `project.version - 1`; throws `version_conflict` when the row has another version. */
  update(project: Project): Promise<void>;
  find(projectId: string): Promise<Project | undefined>;
  findByIdempotencyKey(registeredBy: string, key: string): Promise<Project | undefined>;
  /** By id, those after `after`. */
  page(after: string | undefined, limit: number): Promise<readonly Project[]>;
  /** Locks the project until the end of the transaction against registrations and landings; waits for a running one. */
  lock(projectId: string): Promise<void>;
}

export interface ChangeStore {
  insert(change: Change): Promise<void>;
  /** Replaces the row of version `change.version - 1`; throws `version_conflict` after a concurrent update. */
  update(change: Change): Promise<void>;
  find(changeId: string): Promise<Change | undefined>;
}

export interface WaitingLanding {
  /** The digest of the order: a repetition has the same one. */
  readonly id: string;
  readonly order: PayloadOf<typeof landChange>;
  readonly traceparent: string | undefined;
}

/** Orders to land that wait for the end of a pause. */
export interface WaitingLandings {
  /** Idempotent. */
  add(waiting: WaitingLanding): Promise<void>;
  /** The oldest waiting order except these, locked until the transaction ends. */
  next(except: readonly string[]): Promise<WaitingLanding | undefined>;
  remove(id: string): Promise<void>;
  /** Orders for this change, except those that another transaction is deciding right now. */
  removeOf(changeId: string): Promise<void>;
  count(): Promise<number>;
}

/** Preserves the trace of an order while it waits. */
export interface LandingTracing {
  current(): string | undefined;
  within<T>(traceparent: string | undefined, work: () => Promise<T>): Promise<T>;
}

export interface IntegrationStores {
  readonly projects: ProjectStore;
  readonly changes: ChangeStore;
  readonly pauses: PauseStore;
  readonly waiting: WaitingLandings;
}

export type IntegrationUnitOfWork = UnitOfWork<IntegrationStores>;
export type IntegrationTransaction = IntegrationStores & Messages;

/** A copy of a source that is not yet a project. */
export interface StagedRepository {
  readonly defaultBranch: string;
  /** The source's branch of that name; undefined when its HEAD names none. */
  readonly upstreamBranch: string | undefined;
  readonly head: string;
  readonly files: RepositoryFiles;
  /** Publishes it as the repository of this project, atomically and once; replaces the leftover of an interrupted registration. */
  publish(projectId: string): Promise<void>;
  /** No effect once published. */
  discard(): Promise<void>;
}

export interface ProjectRepositories {
  /** Copies one branch (default: the source's HEAD); no part of the copy is visible before `publish`. */
  stage(source: ProjectSource, branch: string | undefined): Promise<Result<StagedRepository>>;
  /** Path of the bare repository. */
  pathOf(projectId: string): string;
  /** The commit that the branch points at now. */
  head(projectId: string, branch: string): Promise<string>;
  /** The files of a commit that commands are detected from. */
  files(projectId: string, commit: string): Promise<RepositoryFiles>;
}

export interface RepositoryMaintenance {
  /** Ends within half a minute; nothing that a ref reaches is lost. */
  collectGarbage(projectId: string): Promise<void>;
}

/** A project's branch and the branch that it was copied from. */
export interface FollowedBranch {
  readonly projectId: string;
  /** Where the project was copied from, as the person wrote it. */
  readonly source: string;
  readonly branch: string;
}

/** The repositories that projects were copied from. Each call checks again whether the source is allowed. */
export interface Upstreams {
  /** Fetches the branch's commits into the project's repository, without moving a branch of ours. */
  fetch(followed: FollowedBranch): Promise<Result<void>>;
  /** The branch at the last fetch. */
  fetchedHead(followed: FollowedBranch): Promise<string | undefined>;
  relation(projectId: string, ours: string, theirs: string): Promise<Relation>;
  /** Whether a push could work, as far as can be checked without one. */
  checkPush(followed: FollowedBranch): Promise<Result<void>>;
  /** Moves the upstream's branch from `expected` to `commit`. */
  push(followed: FollowedBranch, expected: string, commit: string): Promise<PushOutcome>;
}

/** Changes whose push has started and whose landing is not recorded: the upstream may have them. */
export interface PushIntents {
  note(projectId: string, changeId: string, commit: string): Promise<void>;
  isNoted(projectId: string, changeId: string): Promise<boolean>;
  remove(projectId: string, changeId: string): Promise<void>;
}

/** The reason why git rejects a patch. */
export interface PatchFailure {
  readonly code: 'change_outside' | 'patch_invalid' | 'change_too_large';
  /** git's own message. */
  readonly message: string;
  readonly files: readonly string[];
}

/** A file with conflicting changes on both sides. */
export interface MergeConflict {
  readonly file: string;
  /** The first conflict, with git's markers; empty for a binary file. */
  readonly evidence: string;
}

/** A patch that is too large for memory, in a file that `close` removes. */
export interface PatchFile {
  readonly path: string;
  close(): Promise<void>;
}

export interface PatchFiles {
  /** The patch that an agent uploaded as an artefact; undefined when no artefact of this digest and size is stored. */
  open(digest: string, sizeBytes: number): Promise<PatchFile | undefined>;
}

/** As text, or in a file. */
export type Patch = string | Pick<PatchFile, 'path'>;

/** A scratch area where a patch is applied to exactly one base. Nothing enters the repository before `keep`. */
export interface CommitBuilder {
  /** Committer time of the base, in seconds. */
  readonly baseTime: number;
  /** The paths of the patch, without applying it. */
  pathsOf(patch: Patch): Promise<Result<readonly string[], PatchFailure>>;
  apply(patch: Patch): Promise<Result<void, PatchFailure>>;
  /** Applies the changes of a commit since it left the base's history, by a three-way merge; returns all conflicts or none. */
  merge(commit: string): Promise<Result<void, readonly MergeConflict[]>>;
  /** The differences from the base, after `apply` or `merge`. */
  proposedTree(): Promise<ProposedTree>;
  /** A commit on the base; `mergedCommit` is a second parent. */
  commit(
    identity: CommitIdentity,
    mergedCommit?: string,
  ): Promise<{ readonly commit: string; readonly tree: string }>;
  /** Moves the objects into the repository and keeps them alive by a ref. Idempotent. */
  keep(changeId: string, commit: string): Promise<void>;
  /** The same for a merge of the branch with its upstream, which is no change. */
  keepMerge(commit: string): Promise<void>;
  /** A commit on top of `commit` with the tree of its only parent. */
  inverseOf(commit: string): Promise<string>;
  close(): Promise<void>;
}

export interface Subject {
  readonly subject: string;
  /** Committer time, in seconds. */
  readonly time: number;
}

export interface CommitBuilders {
  /** Undefined when the repository has no such commit. */
  subjectOf(projectId: string, commit: string): Promise<Subject | undefined>;
  /** Undefined when the project's repository has no such commit. */
  open(projectId: string, base: string): Promise<CommitBuilder | undefined>;
}

export interface LandingCandidate {
  readonly projectId: string;
  readonly branch: string;
  readonly base: string;
  readonly commit: string;
}

export interface Branches {
  facts(candidate: LandingCandidate): Promise<RepositoryFacts>;
  /** Moves the branch from `from` to the commit, or returns its current position. */
  move(
    candidate: LandingCandidate,
    from: string,
  ): Promise<{ readonly moved: true } | { readonly moved: false; readonly head: string }>;
  /** The current tree of the branch. */
  treeOf(projectId: string, branch: string): Promise<string>;
}

export interface ChangeContent {
  readonly files: readonly { readonly path: string; readonly added: number; readonly removed: number }[];
  /** At most 1 MiB; the last line tells when it was truncated. */
  readonly diff: string;
}

export interface ChangeReader {
  read(change: Pick<Change, 'projectId' | 'base' | 'commit'>): Promise<ChangeContent>;
}

/** The principal of this credential, if it may read and write here at the moment. */
export interface PrincipalAuthenticator {
  authenticate(credential: PrincipalCredential): Promise<Result<{ readonly principalId: string }>>;
}

export interface PrincipalCredential {
  /** Undefined when only the credential was sent. */
  readonly principalId: string | undefined;
  readonly credential: string;
}

import { FailureException, versionConflict, type Pause } from '@ymera/kernel';
import { inMemoryPauses } from '@ymera/testing';
import type { ChangeStore, IntegrationStores, ProjectStore, WaitingLanding } from '../application/ports';
import type { Change } from '../domain/change';
import type { Project } from '../domain/project';

export interface IntegrationState {
  readonly projects: Map<string, Project>;
  readonly changes: Map<string, Change>;
  readonly pauses: Pause[];
  readonly waiting: Map<string, WaitingLanding>;
}

export const emptyState = (): IntegrationState => ({
  projects: new Map(),
  changes: new Map(),
  pauses: [],
  waiting: new Map(),
});

export const inMemoryStores = (state: IntegrationState): IntegrationStores => ({
  projects: new InMemoryProjectStore(state.projects),
  changes: new InMemoryChangeStore(state.changes),
  pauses: inMemoryPauses(state.pauses),
  waiting: {
    add: async (one) => {
      if (!state.waiting.has(one.id)) state.waiting.set(one.id, one);
    },
    next: async (except) => [...state.waiting.values()].find(({ id }) => !except.includes(id)),
    remove: async (id) => void state.waiting.delete(id),
    removeOf: async (changeId) => {
      for (const { id, order } of state.waiting.values())
        if (order.change_id === changeId) state.waiting.delete(id);
    },
    count: async () => state.waiting.size,
  },
});

class InMemoryProjectStore implements ProjectStore {
  constructor(private readonly projects: Map<string, Project>) {}

  insert(project: Project): Promise<void> {
    if (this.projects.has(project.projectId)) return Promise.reject(new Error('duplicate project'));
    this.projects.set(project.projectId, project);
    return Promise.resolve();
  }

  update(project: Project): Promise<void> {
    if (this.projects.get(project.projectId)?.version !== project.version - 1)
      return Promise.reject(new FailureException(versionConflict));
    this.projects.set(project.projectId, project);
    return Promise.resolve();
  }

  find(projectId: string): Promise<Project | undefined> {
    return Promise.resolve(this.projects.get(projectId));
  }

  findByIdempotencyKey(registeredBy: string, key: string): Promise<Project | undefined> {
    const all = [...this.projects.values()];
    return Promise.resolve(
      all.find((project) => project.registeredBy === registeredBy && project.idempotencyKey === key),
    );
  }

  page(after: string | undefined, limit: number): Promise<readonly Project[]> {
    const all = [...this.projects.values()].sort((a, b) => (a.projectId < b.projectId ? -1 : 1));
    return Promise.resolve(
      all.filter(({ projectId }) => after === undefined || projectId > after).slice(0, limit),
    );
  }

  /** Transactions on plain data do not overlap. */
  lock(): Promise<void> {
    return Promise.resolve();
  }
}

class InMemoryChangeStore implements ChangeStore {
  constructor(private readonly changes: Map<string, Change>) {}

  insert(change: Change): Promise<void> {
    const isTaken = [...this.changes.values()].some(
      ({ taskId, attempt, base }) =>
        taskId === change.taskId && attempt === change.attempt && base === change.base,
    );
    if (isTaken) return Promise.reject(new Error('duplicate change'));
    this.changes.set(change.changeId, change);
    return Promise.resolve();
  }

  update({ changeId, state, version, landedAt, withdrawnBy }: Change): Promise<void> {
    const current = this.changes.get(changeId);
    if (current?.version !== version - 1) return Promise.reject(new FailureException(versionConflict));
    this.changes.set(changeId, { ...current, state, version, landedAt, withdrawnBy });
    return Promise.resolve();
  }

  find(changeId: string): Promise<Change | undefined> {
    return Promise.resolve(this.changes.get(changeId));
  }
}

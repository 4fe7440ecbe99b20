import { landChange } from '@ymera/contracts';
import { FailureException, uuidv7 } from '@ymera/kernel';
import type { IntegrationStores, IntegrationUnitOfWork } from '../application/ports';
import {
  changeIdOf,
  landed,
  landingRefused,
  rebasedChangeIdOf,
  withdrawn,
  type Change,
} from '../domain/change';
import type { Project } from '../domain/project';

const createdAt = new Date('2026-06-01T00:00:00.123Z');

export const someProject = (projectId: string, over: Partial<Project> = {}): Project => ({
  projectId,
  name: projectId,
  source: '/srv/source',
  defaultBranch: 'main',
  commands: { test: 'npm test' },
  performance: { min_speedup: 1.5 },
  overrides: { commands: { test: 'npm test' }, performance: { min_speedup: 1.5 } },
  detectedAt: 'a'.repeat(40),
  upstream: {
    branch: 'main',
    push: 'off',
    requireFresh: false,
    head: 'a'.repeat(40),
    checkedAt: createdAt,
    error: undefined,
  },
  version: 1,
  registeredBy: 'root',
  idempotencyKey: undefined,
  requestDigest: 'sha256:0',
  createdAt,
  ...over,
});

export function someChange(projectId: string, over: Partial<Change> = {}): Change {
  const taskId = uuidv7();
  return {
    changeId: changeIdOf(taskId, 1),
    projectId,
    workflowId: uuidv7(),
    requestId: uuidv7(),
    stepId: 'enhance',
    taskId,
    attempt: 1,
    agentId: 'enhancer-1',
    base: 'a'.repeat(40),
    commit: 'b'.repeat(40),
    tree: 'c'.repeat(40),
    files: 2,
    patchDigest: 'sha256:1',
    findings: [{ code: 'windows_name', severity: 'medium', message: 'aux.txt', file: 'aux.txt' }],
    reverts: undefined,
    madeFrom: undefined,
    state: 'materialised',
    version: 1,
    createdAt,
    landedAt: undefined,
    withdrawnBy: undefined,
    ...over,
  };
}

/** Contract suite for the stores, run on the fake and on PostgreSQL. */
export function storeContract(unitOfWork: () => IntegrationUnitOfWork): void {
  const run = <R>(work: (tx: IntegrationStores) => Promise<R>): Promise<R> => unitOfWork().run(work);

  it('returns projects as they were stored', async () => {
    const project = someProject('as-it-was', { idempotencyKey: 'k', name: 'Ä' });
    await run((tx) => tx.projects.insert(project));
    expect(await run((tx) => tx.projects.find('as-it-was'))).toEqual(project);
    expect(await run((tx) => tx.projects.findByIdempotencyKey('root', 'k'))).toEqual(project);
    expect(await run((tx) => tx.projects.findByIdempotencyKey('ada', 'k'))).toBeUndefined();
    expect(await run((tx) => tx.projects.find('another'))).toBeUndefined();
  });

  it('returns the updated settings and upstream of a project', async () => {
    const project = someProject('updated', { overrides: undefined });
    await run((tx) => tx.projects.insert(project));
    const updated = someProject('updated', {
      name: 'Renamed',
      commands: { test: 'make test', build: 'make' },
      performance: {},
      overrides: { commands: { build: 'make' } },
      detectedAt: undefined,
      upstream: {
        branch: undefined,
        push: 'branch',
        requireFresh: true,
        head: undefined,
        checkedAt: undefined,
        error: { code: 'upstream_unreachable', message: 'It is unreachable.', retryable: true },
      },
      version: 2,
    });
    await run((tx) => tx.projects.update(updated));
    expect(await run((tx) => tx.projects.find('updated'))).toEqual(updated);
    await expect(run((tx) => tx.projects.update(updated))).rejects.toMatchObject({
      failure: { code: 'version_conflict' },
    });
  });

  it('rejects a second project of one id', async () => {
    await run((tx) => tx.projects.insert(someProject('twice')));
    await expect(run((tx) => tx.projects.insert(someProject('twice')))).rejects.toThrow();
  });

  it('lists projects by id in pages', async () => {
    for (const id of ['page-b', 'page-a', 'page-c']) await run((tx) => tx.projects.insert(someProject(id)));
    const ids = async (after: string | undefined, limit: number) =>
      (await run((tx) => tx.projects.page(after, limit))).map(({ projectId }) => projectId);
    expect(await ids('page-', 2)).toEqual(['page-a', 'page-b']);
    expect(await ids('page-b', 1)).toEqual(['page-c']);
    expect((await ids(undefined, 200)).length).toBeGreaterThanOrEqual(3);
  });

  it('returns changes as they were stored, in every state', async () => {
    await run((tx) => tx.projects.insert(someProject('changes')));
    const change = someChange('changes');
    await run((tx) => tx.changes.insert(change));
    expect(await run((tx) => tx.changes.find(change.changeId))).toEqual(change);
    const refused = landingRefused(withdrawn(change, 'ada'));
    await run((tx) => tx.changes.update(refused));
    expect(await run((tx) => tx.changes.find(change.changeId))).toEqual(refused);
    const done = landed(refused, createdAt);
    await run((tx) => tx.changes.update(done));
    expect(await run((tx) => tx.changes.find(change.changeId))).toEqual(done);
    expect(await run((tx) => tx.changes.find(uuidv7()))).toBeUndefined();
  });

  it('stores a rebased change beside the first one, on another base only', async () => {
    await run((tx) => tx.projects.insert(someProject('again')));
    const change = someChange('again');
    const again = {
      ...change,
      changeId: rebasedChangeIdOf(change.changeId, 'd'.repeat(40)),
      base: 'd'.repeat(40),
      madeFrom: change.changeId,
    };
    await run((tx) => tx.changes.insert(change));
    await run((tx) => tx.changes.insert(again));
    expect(await run((tx) => tx.changes.find(again.changeId))).toEqual(again);
    await expect(run((tx) => tx.changes.insert({ ...again, changeId: uuidv7() }))).rejects.toThrow();
  });

  it('rejects a second change of one attempt', async () => {
    await run((tx) => tx.projects.insert(someProject('attempts')));
    const change = someChange('attempts');
    await run((tx) => tx.changes.insert(change));
    await expect(run((tx) => tx.changes.insert({ ...change, changeId: uuidv7() }))).rejects.toThrow();
  });

  it('rejects an update of an outdated version', async () => {
    await run((tx) => tx.projects.insert(someProject('versions')));
    const change = someChange('versions');
    await run((tx) => tx.changes.insert(change));
    await run((tx) => tx.changes.update(landingRefused(change)));
    await expect(run((tx) => tx.changes.update(landed(change, createdAt)))).rejects.toMatchObject({
      failure: { code: 'version_conflict' },
    } satisfies Partial<Record<keyof FailureException, unknown>>);
  });

  it('stores waiting orders once each and returns the oldest first', async () => {
    const order = landChange.payload.parse(landChange.sample);
    const [a, b] = [
      { id: 'sha256:b', order, traceparent: '00-a' },
      { id: 'sha256:a', order, traceparent: undefined },
    ];
    for (const one of [a, b, a]) await run((tx) => tx.waiting.add(one));
    expect(await run((tx) => tx.waiting.count())).toBe(2);
    expect(await run((tx) => tx.waiting.next([]))).toEqual(a);
    expect(await run((tx) => tx.waiting.next([a.id]))).toEqual(b);
    await run((tx) => tx.waiting.remove(a.id));
    expect(await run((tx) => tx.waiting.next([b.id]))).toBeUndefined();
    await run((tx) => tx.waiting.remove(b.id));
  });

  it('removes the waiting orders of one change and no others', async () => {
    const order = landChange.payload.parse(landChange.sample);
    const [gone, stays] = [uuidv7(), uuidv7()];
    for (const [id, change_id] of [
      ['sha256:1', gone],
      ['sha256:2', stays],
      ['sha256:3', gone],
    ] as const)
      // The text comes from untrusted agents, also in the shape of a change, and with characters that PostgreSQL cannot store.
      await run((tx) =>
        tx.waiting.add({
          id,
          order: {
            ...order,
            change_id,
            verdict: { ...order.verdict, reasons: [`"change_id":"${gone}"\u0000`] },
          },
          traceparent: undefined,
        }),
      );
    await run((tx) => tx.waiting.removeOf(gone));
    expect(await run((tx) => tx.waiting.count())).toBe(1);
    expect((await run((tx) => tx.waiting.next([])))?.order.change_id).toBe(stays);
    await run((tx) => tx.waiting.remove('sha256:2'));
  });

  it('stores the pauses of all landing', async () => {
    const pause = { number: 1, pausedBy: 'grace', reason: 'a', pausedAt: 1000, end: undefined };
    const end = { resumedBy: 'ada', reason: 'b', resumedAt: 2000 };
    expect(await run((tx) => tx.pauses.last())).toBeUndefined();
    await run((tx) => tx.pauses.insert(pause));
    expect(await run((tx) => tx.pauses.whileWorking())).toEqual(pause);
    await run((tx) => tx.pauses.end({ ...pause, end }));
    expect(await run((tx) => tx.pauses.whileWorking())).toBeUndefined();
    expect(await run((tx) => tx.pauses.lock())).toEqual({ ...pause, end });
  });
}

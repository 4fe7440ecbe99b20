import { uuidv7 } from '@ymera/kernel';
import { createDatabase, PostgresUnitOfWork, type Database } from '@ymera/persistence';
import { asAdmin, FakeClock, leakGuard, testDatabase, type TestDatabase } from '@ymera/testing';
import { LandChange } from '../../application/land-change';
import { LandingQueue } from '../../application/landing-queue';
import { CreateCommit } from '../../application/create-commit';
import type { Branches, IntegrationUnitOfWork, PatchFiles, CommitBuilders } from '../../application/ports';
import { changeIdOf, type Change } from '../../domain/change';
import { sampleSource, type SourceRepository } from '../../testing/git-fixture';
import { GitEnvironmentFixture } from '../../testing/git-environment-fixture';
import {
  landOrder,
  limits,
  createCommitOrder,
  untraced,
  withoutUpstream,
} from '../../testing/integration-environment';
import { someProject } from '../../testing/store-contract';
import { integrationStores } from './integration-stores';
import { migrations } from './migrations';

jest.setTimeout(30_000);

/** Cuts the connection on the server, so that the process cannot know whether it committed. */
describe('integration whose database connection dies between git and the commit (real PostgreSQL and git)', () => {
  let server: TestDatabase;
  let database: Database;
  let unitOfWork: IntegrationUnitOfWork;
  let environment: GitEnvironmentFixture;
  let source: SourceRepository;
  let base: string;
  const clock = new FakeClock('2026-06-01T00:00:00Z');

  beforeAll(async () => {
    server = await testDatabase({ service: 'integration', migrations });
    database = await createDatabase({ url: server.url, schema: 'integration', migrations, poolSize: 4 });
    unitOfWork = new PostgresUnitOfWork(database, { service: 'integration' }, integrationStores);
    environment = new GitEnvironmentFixture();
    source = sampleSource();
    base = await environment.adopt(source.path);
    await unitOfWork.run((tx) => tx.projects.insert(someProject('sample')));
  });
  afterAll(async () => {
    await database.close();
    await server.drop();
    environment.remove();
    source.remove();
  });

  const cut = () =>
    asAdmin((query) =>
      query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = 'ymera_test_integration'`,
        [server.database],
      ),
    );

  const sent = (type: string) =>
    asAdmin(
      (query) =>
        query<{ n: number }>(`SELECT count(*)::int AS n FROM integration.outbox WHERE type = $1`, [type]),
      {
        adminUrl: server.adminUrl,
      },
    ).then(([row]) => row?.n);

  /** Delegates to the wrapped object, and cuts the connection right after the first call of `method`. */
  function cutting<T extends object>(part: T, method: keyof T & string): T {
    let isCut = false;
    return new Proxy(part, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          const result: unknown = await value.apply(target, args);
          if (name === method && !isCut) {
            isCut = true;
            await cut();
          }
          return result;
        };
      },
    });
  }

  const patchFiles: PatchFiles = { open: async () => undefined };
  const committing = (commitBuilders: CommitBuilders) =>
    new CreateCommit({ unitOfWork, commitBuilders, patchFiles, clock, limits });
  /** A separate process. */
  const landing = (branches: Branches) =>
    new LandChange({
      ...environment,
      ...withoutUpstream,
      unitOfWork,
      branches,
      underWay: new LandingQueue(),
      clock,
      tracing: untraced,
    });

  async function committed(file: string, from = base): Promise<Change> {
    const order = createCommitOrder(from, source.propose((at) => at.write(file, 'x\n')).patch);
    const result = await committing(environment.commitBuilders).execute(uuidv7(), order);
    if (!result?.ok) throw new Error(JSON.stringify(result));
    return result.value;
  }

  it('creates the same commit on redelivery and publishes it once', async () => {
    const order = createCommitOrder(base, source.propose((at) => at.write('m', 'x\n')).patch);
    const id = uuidv7();
    const ref = `refs/ymera/changes/${changeIdOf(order.task_id, 1)}`;
    let kept: string | undefined;
    const dying: IntegrationUnitOfWork = {
      run: (work) =>
        unitOfWork.run(async (tx) => {
          const result = await work(tx);
          // The ref exists before the transaction that records it.
          kept = await environment
            .in('sample', 'rev-parse', '--verify', '--quiet', ref)
            .catch(() => undefined);
          if (kept !== undefined) await cut();
          return result;
        }),
    };
    const first = new CreateCommit({
      unitOfWork: dying,
      commitBuilders: environment.commitBuilders,
      patchFiles,
      clock,
      limits,
    });
    await expect(first.execute(id, order)).rejects.toMatchObject({
      failure: { kind: 'unavailable', retryable: true },
    });
    expect(await sent('integration.change.materialised.v1')).toBe(0);
    const again = await committing(environment.commitBuilders).execute(id, order);
    expect(again).toMatchObject({ ok: true, value: { commit: kept } });
    expect(await committing(environment.commitBuilders).execute(id, order)).toBeUndefined();
    expect(await sent('integration.change.materialised.v1')).toBe(1);
  });

  it('publishes a landing once on redelivery when the branch moved before the connection died', async () => {
    const change = await committed('a');
    const id = uuidv7();
    const dying = landing(cutting(environment.branches, 'move'));
    await expect(dying.execute(id, landOrder(change))).rejects.toMatchObject({
      failure: { kind: 'unavailable', retryable: true },
    });
    expect(await environment.repositories.head('sample', 'main')).toBe(change.commit);
    expect(await sent('integration.change.landed.v1')).toBe(0);
    expect((await unitOfWork.run((tx) => tx.changes.find(change.changeId)))?.state).toBe('materialised');
    // Meanwhile another change lands on top of the new head.
    const next = await committed('b', change.commit);
    expect(await landing(environment.branches).execute(uuidv7(), landOrder(next))).toMatchObject({
      kind: 'landed',
    });
    expect(await landing(environment.branches).execute(id, landOrder(change))).toMatchObject({
      kind: 'landed',
    });
    expect(await landing(environment.branches).execute(id, landOrder(change))).toBeUndefined();
    expect(await sent('integration.change.landed.v1')).toBe(2);
    expect(await environment.repositories.head('sample', 'main')).toBe(next.commit);
    expect(await environment.in('sample', 'rev-list', '--count', `${base}..refs/heads/main`)).toBe('2');
  });

  it('moves no branch when the connection died before the move, and lands on redelivery', async () => {
    const head = await environment.repositories.head('sample', 'main');
    const change = await committed('f', head);
    const id = uuidv7();
    const dying = landing(cutting(environment.branches, 'facts'));
    await expect(dying.execute(id, landOrder(change))).rejects.toMatchObject({
      failure: { kind: 'unavailable', retryable: true },
    });
    expect(await environment.repositories.head('sample', 'main')).toBe(head);
    expect(await landing(environment.branches).execute(id, landOrder(change))).toMatchObject({
      kind: 'landed',
    });
  });

  it('lands one of two concurrent orders on separate connections', async () => {
    const head = await environment.repositories.head('sample', 'main');
    const changes = [await committed('c', head), await committed('d', head), await committed('e', head)];
    const outcomes = await Promise.all(
      changes.map((change) => landing(environment.branches).execute(uuidv7(), landOrder(change))),
    );
    expect(outcomes.filter((outcome) => outcome?.kind === 'landed')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome?.kind === 'refused')).toEqual(
      Array.from({ length: 2 }, () => ({
        kind: 'refused',
        failure: expect.objectContaining({ code: 'base_moved' }) as unknown,
      })),
    );
  });
});

leakGuard();

import { changeLanded, landingRefused, landingSubjectDigest } from '@ymera/contracts';
import { uuidv7 } from '@ymera/kernel';
import type { Change } from '../domain/change';
import { sampleSource, type SourceRepository } from '../testing/git-fixture';
import {
  IntegrationEnvironment,
  landOrder,
  createCommitOrder,
  type LandOrder,
} from '../testing/integration-environment';
import { plantedLandings } from '../testing/planted-landings';

// Each git command is a process.
jest.setTimeout(30_000);

describe('LandChange (real git, stores in memory)', () => {
  let environment: IntegrationEnvironment;
  let source: SourceRepository;
  let base: string;
  let change: Change;

  const proposed = (file: string, from = base) =>
    environment.committed(createCommitOrder(from, source.propose((at) => at.write(file, `${file}\n`)).patch));
  const head = () => environment.repositories.head('sample', 'main');
  const land = (order: LandOrder, id = uuidv7()) => environment.land.execute(id, order);
  const codeOf = async (order: LandOrder) => {
    const outcome = await land(order);
    return outcome?.kind === 'refused' ? outcome.failure.code : outcome?.kind;
  };

  beforeAll(() => {
    source = sampleSource();
  });
  afterAll(() => source.remove());
  beforeEach(async () => {
    environment = new IntegrationEnvironment();
    base = await environment.registered(source);
    change = await proposed('a');
    environment.memory.outbox.messages.length = 0;
  });
  afterEach(() => environment.remove());

  it('moves the branch from exactly the base to exactly the commit', async () => {
    expect(await land(landOrder(change))).toMatchObject({ kind: 'landed' });
    expect(await head()).toBe(change.commit);
    expect(await environment.branches.treeOf('sample', 'main')).toBe(change.tree);
    expect(environment.memory.outbox.payloads(changeLanded)).toEqual([
      {
        project_id: 'sample',
        workflow_id: change.workflowId,
        request_id: change.requestId,
        step_id: 'integrate',
        change_id: change.changeId,
        base,
        commit: change.commit,
        tree: change.tree,
        branch: 'main',
        landed_at: '2026-06-01T00:00:00.000Z',
      },
    ]);
    expect(environment.memory.state.changes.get(change.changeId)).toMatchObject({
      state: 'landed',
      version: 2,
    });
  });

  describe('with a planted fault', () => {
    it.each(plantedLandings)(
      'rejects ($name) with its code and leaves main unchanged',
      async ({ plant, code }) => {
        const older = await proposed('older');
        environment.memory.outbox.messages.length = 0;
        expect(await codeOf(plant(change, older))).toBe(code);
        expect(await head()).toBe(base);
        expect(environment.memory.outbox.payloads(landingRefused)).toEqual([
          expect.objectContaining({ error: expect.objectContaining({ code }) as object }),
        ]);
        expect(environment.memory.state.changes.get(change.changeId)?.state).toBe('materialised');
      },
    );

    it('rejects (a commit in the repository that differs from the recorded one)', async () => {
      const forged = await environment
        .in('sample', 'commit-tree', change.tree, '-p', change.commit, '-m', 'more')
        .catch(() => undefined);
      expect(forged).toBeUndefined();
      // A record whose tree is not the commit's: write access to the database alone must not be enough to land.
      const older = await proposed('older');
      const lie = { ...change, tree: older.tree };
      environment.memory.state.changes.set(change.changeId, lie);
      expect(await codeOf(landOrder(lie))).toBe('commit_mismatch');
      const chained = await proposed('second', change.commit);
      const twoCommits = { ...chained, base };
      environment.memory.state.changes.set(chained.changeId, twoCommits);
      expect(await codeOf(landOrder(twoCommits))).toBe('commit_mismatch');
      expect(await head()).toBe(base);
    });
  });

  it('rejects an order with the new head when the branch has moved, and lands on no other base', async () => {
    const other = await proposed('b');
    await land(landOrder(other));
    expect(await codeOf(landOrder(change))).toBe('base_moved');
    expect(environment.memory.outbox.payloads(landingRefused)).toEqual([
      expect.objectContaining({ head: other.commit }),
    ]);
    expect(await head()).toBe(other.commit);
  });

  it('rejects an order when the branch moves between the check and the update', async () => {
    const stranger = await proposed('stranger');
    const facts = environment.branches.facts.bind(environment.branches);
    jest.spyOn(environment.branches, 'facts').mockImplementationOnce(async (candidate) => {
      const seen = await facts(candidate);
      await environment.in('sample', 'update-ref', 'refs/heads/main', stranger.commit);
      return seen;
    });
    expect(await codeOf(landOrder(change))).toBe('base_moved');
    expect(await head()).toBe(stranger.commit);
  });

  it('lands one of several concurrent orders', async () => {
    const changes = [change, ...(await Promise.all(['b', 'c'].map((file) => proposed(file))))];
    const outcomes = await Promise.all(changes.map((each) => land(landOrder(each))));
    const winners = outcomes.flatMap((outcome) =>
      outcome?.kind === 'landed' ? [outcome.change.commit] : [],
    );
    expect(winners).toEqual([await head()]);
    expect(environment.memory.outbox.payloads(landingRefused).map(({ error }) => error.code)).toEqual([
      'base_moved',
      'base_moved',
    ]);
  });

  it('completes a landing on redelivery after it died between the move and the record, also when others landed since', async () => {
    const id = uuidv7();
    environment.diesBeforeCommit = true;
    await expect(land(landOrder(change), id)).rejects.toThrow('died');
    environment.diesBeforeCommit = false;
    expect(await head()).toBe(change.commit);
    expect(environment.memory.state.changes.get(change.changeId)?.state).toBe('materialised');
    const next = await proposed('next', change.commit);
    expect(await codeOf(landOrder(next))).toBe('landed');
    expect(await land(landOrder(change), id)).toMatchObject({ kind: 'landed' });
    expect(await head()).toBe(next.commit);
    expect(environment.memory.outbox.payloads(changeLanded).map(({ commit }) => commit)).toEqual([
      next.commit,
      change.commit,
    ]);
  });

  it('lands once for a redelivered message and repeats the answer to a second order', async () => {
    const id = uuidv7();
    const order = landOrder(change);
    await land(order, id);
    expect(await land(order, id)).toBeUndefined();
    expect(environment.memory.outbox.messages).toHaveLength(1);
    environment.clock.advance(60_000);
    expect(await codeOf(order)).toBe('landed');
    const [first, second] = environment.memory.outbox.messages;
    expect(second?.payload).toEqual(first?.payload);
    expect(second?.aggregateVersion).toBe(first?.aggregateVersion);
  });

  it('may succeed after a refusal, and gives each event its own version', async () => {
    const { approval: _, ...unapproved } = landOrder(change);
    await land(unapproved);
    await land(landOrder(change));
    expect(environment.memory.outbox.messages.map(({ aggregateVersion }) => aggregateVersion)).toEqual([
      2, 3,
    ]);
  });

  it('requires the approval of exactly this tree under exactly this verdict', async () => {
    const order = landOrder(change);
    const subject_digest = landingSubjectDigest(change.tree, order.verdict);
    expect(order.approval?.subject_digest).toBe(subject_digest);
    expect(await codeOf(order)).toBe('landed');
  });

  it('does not report landed when the branch has another tree afterwards', async () => {
    jest.spyOn(environment.branches, 'treeOf').mockResolvedValueOnce('1'.repeat(40));
    await expect(land(landOrder(change))).rejects.toThrow('after landing');
    expect(environment.memory.outbox.messages).toEqual([]);
  });
});

import type { UnitOfWork } from '@ymera/unit-of-work';
import type { ReportingReader, ReportingStores } from '../application/ports';
import { newAgent, reported, type AgentState, type RegisteredAgent } from '../domain/agent-state';
import { reportOf } from './reporting-fixture';

export interface ReportingStorage {
  readonly unitOfWork: UnitOfWork<ReportingStores>;
  readonly reader: ReportingReader;
}

const registeredAt = new Date('2026-01-01T00:00:00Z');
const taskId = '01936d00-0000-7000-8000-000000000001';

/** The contract of every storage of reporting; runs on the fake and on PostgreSQL. `today` is inside of the history. */
export function reportingStorageSuite(storage: () => ReportingStorage, today = Date.now()): void {
  const run: UnitOfWork<ReportingStores>['run'] = (work) => storage().unitOfWork.run(work);
  let serial = 0;
  const agentNamed = (prefix = 'agent', partition = 1): RegisteredAgent => ({
    agentId: `${prefix}-${(serial += 1)}`,
    agentType: 'TESTING',
    principalId: `runner-${serial}`,
    partition,
  });
  const register = async (agent: RegisteredAgent) => run((tx) => tx.agents.register(agent, registeredAt));
  const found = async (agentId: string) => (await storage().reader.find([agentId]))[0];

  it('inserts a new agent as offline, once', async () => {
    const agent = agentNamed();
    expect([await register(agent), await register(agent)]).toEqual([true, false]);
    expect(await found(agent.agentId)).toEqual({
      state: newAgent(agent),
      session: undefined,
      isRetired: false,
    });
    expect(await found('unknown')).toBeUndefined();
  });

  it('stores the newest report of each agent, and all of them as history', async () => {
    const agent = agentNamed();
    await register(agent);
    const report = reportOf({
      agent_id: agent.agentId,
      session: 7,
      seq: 3,
      metrics: { cpu_percent: 12.5, memory_mb: 80, "o'clock": 1e21 },
      tasks: [
        { task_id: taskId, attempt: 1, progress: 0.5, step: 'a "quoted" \\\\ {step}, é 漢', counter: 4 },
      ],
    });
    const receivedAt = today + 123;
    const state = reported(newAgent(agent), { session: 7, seq: 3, taskCount: 1 }, receivedAt);
    await run(async (tx) => {
      await tx.agents.saveReports([{ report, receivedAt, state }]);
      await tx.history.append([
        { report: { ...report, seq: 2 }, receivedAt },
        { report, receivedAt },
      ]);
    });
    expect((await found(agent.agentId))?.state).toEqual(state);
    expect(await storage().reader.snapshot(agent.agentId)).toEqual({
      state,
      tasks: [taskId],
      metrics: report.metrics,
    });
  });

  it('stores the sanction level of an agent, and keeps it with the next report', async () => {
    const agent = agentNamed();
    await register(agent);
    const state = reported(newAgent(agent), { session: 1, seq: 1, taskCount: 0 }, today);
    const suspended = { ...state, enforcement: 'suspended' as const, missed: 5, goodReports: 0, version: 4 };
    const save = (seq: number, after: AgentState) =>
      run((tx) =>
        tx.agents.saveReports([
          { report: reportOf({ agent_id: agent.agentId, seq }), receivedAt: today, state: after },
        ]),
      );
    await save(1, state);
    await run((tx) => tx.agents.saveSanctionLevel([suspended]));
    expect((await found(agent.agentId))?.state).toEqual(suspended);
    const better = { ...suspended, missed: 0, seq: 2, goodReports: 2 };
    await save(2, better);
    expect((await found(agent.agentId))?.state).toEqual(better);
    const lifted = { ...better, enforcement: 'none' as const, liftedAt: today + 5, version: 5 };
    await run((tx) => tx.agents.saveSanctionLevel([lifted]));
    expect((await found(agent.agentId))?.state).toEqual(lifted);
  });

  it('gives each incident that is over to one caller: the owner’s own, and those of owners that are gone', async () => {
    await run((tx) => tx.partitions.claim('alive', [50], 60_000));
    await run((tx) => tx.partitions.claim('dead', [51], -1_000));
    const hold = (serialNumber: number) => ({
      id: `01936d00-0000-7000-8000-00000000000${serialNumber}`,
      reason: 'mass_silence' as const,
      since: today,
    });
    await run(async (tx) => {
      await tx.holds.open('alive', hold(1));
      await tx.holds.open('dead', hold(2));
      await tx.holds.open('heir', hold(3));
    });
    const closed = await Promise.all([1, 2].map(() => run((tx) => tx.holds.close('heir'))));
    expect(closed.flat().toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual([hold(2), hold(3)]);
    expect(await run((tx) => tx.holds.close('alive'))).toEqual([hold(1)]);
  });

  it('changes liveness and nothing else', async () => {
    const agent = agentNamed();
    await register(agent);
    const state = reported(newAgent(agent), { session: 1, seq: 1, taskCount: 0 }, today);
    const late = { ...state, liveness: 'late' as const, missed: 2, version: 2 };
    await run(async (tx) => {
      await tx.agents.saveReports([
        { report: reportOf({ agent_id: agent.agentId }), receivedAt: today, state },
      ]);
      await tx.agents.saveSanctionLevel([late]);
    });
    expect((await found(agent.agentId))?.state).toEqual(late);
    expect((await storage().reader.snapshot(agent.agentId))?.metrics).toEqual(reportOf().metrics);
  });

  it('returns the committed state of agents, in the order of their ids', async () => {
    const agents = [agentNamed('settled'), agentNamed('settled')];
    for (const agent of agents) await register(agent);
    const states = agents.map((agent) => ({ ...newAgent(agent), missed: 3, liftedAt: today, version: 2 }));
    await run((tx) => tx.agents.saveSanctionLevel(states));
    const ids = agents.map(({ agentId }) => agentId);
    expect(await run((tx) => tx.agents.settled([...ids, 'settled-unknown']))).toEqual(states);
  });

  it('keeps the higher session of a principal', async () => {
    const agent = agentNamed();
    await register(agent);
    for (const session of [2, 5_000_000_000, 3])
      await run((tx) => tx.agents.openSession(agent.principalId, { session, windowMs: session % 1000 || 1 }));
    expect((await found(agent.agentId))?.session).toEqual({ session: 5_000_000_000, windowMs: 1 });
  });

  it('stores since when reports are expected of an agent, in any order of registration and hello', async () => {
    const [early, late] = [agentNamed('expected', 5), agentNamed('expected', 5)];
    await register(early);
    for (const hour of [0, 1])
      await run((tx) =>
        tx.agents.expectReports(
          [late.agentId, early.agentId, late.agentId],
          new Date(registeredAt.getTime() + hour * 3_600_000),
        ),
      );
    await register(late);
    const stateOf = (agent: RegisteredAgent) => ({
      ...newAgent(agent),
      firstSessionAt: registeredAt.getTime(),
    });
    const states = [early, late].map(stateOf);
    for (const state of states) expect((await found(state.agentId))?.state).toEqual(state);
    const ids = states.map(({ agentId }) => agentId);
    expect(await run((tx) => tx.agents.settled(ids))).toEqual(states);
    expect((await storage().reader.snapshot(early.agentId))?.state).toEqual(states[0]);
  });

  it('lists the agents whose first report is awaited: not those that reported, are retired, elsewhere, or said hello before', async () => {
    const agents = ['new', 'reported', 'retired', 'old'].map((prefix) => agentNamed(prefix, 6));
    const [fresh, reporter, gone, old] = agents.map(({ agentId }) => agentId);
    for (const agent of [...agents, agentNamed('no-session', 6)]) await register(agent);
    const expectFrom = (agentIds: readonly (string | undefined)[], at: number) =>
      run((tx) =>
        tx.agents.expectReports(
          agentIds.filter((id) => id !== undefined),
          new Date(at),
        ),
      );
    await expectFrom([fresh, reporter, gone], today);
    await expectFrom([old], today - 1);
    await run(async (tx) => {
      for (const agent of agents.filter(({ agentId }) => agentId === gone))
        await tx.agents.retire(agent.agentId, agent.principalId, registeredAt);
      for (const agent of agents.filter(({ agentId }) => agentId === reporter)) {
        const state = reported(newAgent(agent), { session: 1, seq: 1, taskCount: 0 }, today);
        await tx.agents.saveReports([
          { report: reportOf({ agent_id: agent.agentId }), receivedAt: today, state },
        ]);
      }
    });
    const awaited = async (partitions: number[]) =>
      (await storage().reader.awaited(partitions, new Date(today))).map(({ state }) => state.agentId);
    expect(await awaited([6, 7])).toEqual([fresh]);
    expect(await awaited([7])).toEqual([]);
    expect(await awaited([])).toEqual([]);
  });

  it('stores retired agents, also before their registration', async () => {
    const [known, unknown] = [agentNamed(), agentNamed()];
    await register(known);
    for (const { agentId, principalId } of [known, unknown, known])
      await run((tx) => tx.agents.retire(agentId, principalId, registeredAt));
    expect(await register(unknown)).toBe(false);
    expect((await found(known.agentId))?.isRetired).toBe(true);
    expect((await found(unknown.agentId))?.isRetired).toBe(true);
    expect(await storage().reader.snapshot(unknown.agentId)).toBeUndefined();
  });

  it('pages through the agents of partitions by id, without those retired', async () => {
    const agents = ['b', 'A', '_', 'a', '-'].map((prefix) => agentNamed(prefix, 3));
    for (const agent of agents) await register(agent);
    const [gone] = agents;
    if (gone) await run((tx) => tx.agents.retire(gone.agentId, gone.principalId, registeredAt));
    const seen: string[] = [];
    for (let after = ''; ;) {
      const page = await storage().reader.agentsOf(3, after, 2);
      seen.push(...page.map(({ state }) => state.agentId));
      if (page.length < 2) break;
      after = seen.at(-1) ?? '';
    }
    expect(seen).toEqual(
      agents
        .slice(1)
        .map(({ agentId }) => agentId)
        .toSorted(),
    );
    expect(await storage().reader.agentsOf(60, '', 10)).toEqual([]);
  });

  it('gives each partition to one of two concurrent claims', async () => {
    const claims = await Promise.all(
      ['one', 'two', 'three'].map((owner) => run((tx) => tx.partitions.claim(owner, [10, 11, 12], 60_000))),
    );
    const taken = claims.flat().map(({ partition }) => partition);
    expect(taken.toSorted((a, b) => a - b)).toEqual([10, 11, 12]);
  });

  it('takes a partition over only when its lease has expired or it was released; the epoch identifies the owner', async () => {
    const [first] = await run((tx) => tx.partitions.claim('first', [20], 60_000));
    expect(await run((tx) => tx.partitions.claim('second', [20], 60_000))).toEqual([]);
    expect(await run((tx) => tx.partitions.renew('first', 60_000))).toEqual([first]);
    await run((tx) => tx.partitions.release('first'));
    const [second] = await run((tx) => tx.partitions.claim('second', [20], -1_000));
    const [third] = await run((tx) => tx.partitions.claim('third', [20], 60_000));
    expect([second?.epoch, third?.epoch]).toEqual([(first?.epoch ?? 0) + 1, (first?.epoch ?? 0) + 2]);
    expect(await run((tx) => tx.partitions.renew('second', 60_000))).toEqual([]);
  });

  it('lets only the present owner write', async () => {
    const held = await run((tx) => tx.partitions.claim('owner', [30, 31], -1_000));
    const areSuppressed = (owner: string, what: typeof held) =>
      run((tx) => tx.partitions.areSuppressed(owner, what));
    expect(await areSuppressed('owner', held)).toBe(true);
    expect(await areSuppressed('other', held)).toBe(false);
    expect(
      await areSuppressed(
        'owner',
        held.map((each) => ({ ...each, epoch: each.epoch + 1 })),
      ),
    ).toBe(false);
    await run((tx) => tx.partitions.claim('other', [31], 60_000));
    expect(await areSuppressed('owner', held)).toBe(false);
    expect(
      await areSuppressed(
        'owner',
        held.filter(({ partition }) => partition === 30),
      ),
    ).toBe(true);
  });
}

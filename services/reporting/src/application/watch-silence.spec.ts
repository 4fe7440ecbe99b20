import { reported } from '../domain/agent-state';
import { minute, reportingWorld, reportOf, type ReportingWorld } from '../testing/reporting-world';

const online = async (world: ReportingWorld = reportingWorld()): Promise<ReportingWorld> => {
  await world.start();
  await world.agent('tester-1');
  await world.session(1);
  await world.report('tester-1', 1);
  return world;
};

const fell = (world: ReportingWorld) => world.changes().slice(1);

const versionsOf = (world: ReportingWorld) =>
  world.tables.unitOfWork.outbox.messages.map(({ aggregateVersion }) => aggregateVersion);

describe('silence', () => {
  it('makes an agent late after a window and a half, offline after three, and a report brings it back', async () => {
    const world = await online();
    await world.pass(1.5 * minute);
    expect(fell(world)).toEqual([]);
    await world.pass(0.2 * minute);
    expect(fell(world)).toEqual(['tester-1 online → late']);
    await world.pass(1.3 * minute);
    expect(fell(world)).toEqual(['tester-1 online → late']);
    await world.pass(0.2 * minute);
    expect(fell(world)).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
    await world.report('tester-1', 2);
    expect(world.changes().at(-1)).toBe('tester-1 offline → online');
    await world.pass(1.7 * minute);
    expect(world.changes().at(-1)).toBe('tester-1 online → late');
  });

  it('is none while reports come, and looks at no agent more than once per window', async () => {
    const world = await online();
    for (let seq = 2; seq < 30; seq += 1) {
      await world.pass(minute);
      await world.report('tester-1', seq);
    }
    expect(fell(world)).toEqual([]);
    expect(world.owned.deadlines).toBe(1);
  });

  it('is counted in the windows that the principal was given', async () => {
    const world = reportingWorld();
    await world.start();
    await world.agent('tester-1');
    await world.session(1, 'runner-1', 1);
    await world.report('tester-1', 1);
    await world.pass(4_000);
    expect(world.changes().at(-1)).toBe('tester-1 late → offline');
  });

  it.each<[string, (world: ReportingWorld) => void, (world: ReportingWorld) => void]>([
    [
      'the broker',
      (world) => {
        world.away.broker = true;
      },
      (world) => {
        world.away.broker = false;
      },
    ],
    [
      'the database',
      (world) => {
        world.ingestWatch.failed(world.clock.now().getTime());
      },
      () => undefined,
    ],
  ])('is not held against anybody while %s is away', async (_what, takeAway, giveBack) => {
    const world = await online();
    for (let passed = 0; passed < 15; passed += 0.25) {
      takeAway(world);
      await world.pass(0.25 * minute);
    }
    expect(fell(world)).toEqual([]);
    giveBack(world);
    await world.pass(1.5 * minute);
    expect(fell(world)).toEqual([]);
    await world.pass(1.8 * minute);
    expect(fell(world)).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
  });

  it('is not held against anybody while most queues are behind', async () => {
    const world = await online();
    for (let passed = 0; passed < 20; passed += 1) {
      for (const partition of [0, 1, 2]) world.ingestWatch.foundDeep(partition, world.clock.now().getTime());
      await world.pass(900);
    }
    expect(world.owned.health.healthySince).toBeNull();
    await world.pass(3_000);
    expect(world.owned.health.healthySince).not.toBeNull();
  });

  it('is not kept from being held by partitions that were behind and are another’s now', async () => {
    const world = await online();
    for (const partition of [0, 2, 3]) world.ingestWatch.foundDeep(partition, world.clock.now().getTime());
    expect(world.owned.health.troubles).toEqual(['backlog']);
    world.owned.letGo([0, 2, 3]);
    await world.pass(3_000);
    expect(world.owned.health.troubles).toEqual([]);
  });

  it.each([3_600_000, -3_600_000, 5_000])('counts anew when the clock is set by %d ms', async (jump) => {
    const world = await online();
    await world.pass(minute);
    world.clock.advance(jump);
    await world.pass(1.5 * minute);
    expect(fell(world)).toEqual([]);
    await world.pass(3.5 * minute);
    expect(world.changes().at(-1)).toBe('tester-1 late → offline');
  });

  it('is counted from the start by an instance that takes over; nobody is punished for the failover', async () => {
    const world = await online();
    world.clock.advance(30 * minute);
    const heir = reportingWorld(world);
    await heir.start();
    expect(heir.owned.fleet.entry('tester-1')?.state.liveness).toBe('online');
    await heir.pass(1.5 * minute);
    expect(fell(heir)).toEqual([]);
    await heir.pass(1.8 * minute);
    expect(fell(heir)).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
  });

  it('loses no deadline when the change cannot be written', async () => {
    const world = await online();
    await world.pass(1.5 * minute);
    world.tables.isAway = true;
    for (let passed = 0; passed < 20_000; passed += 250) {
      world.clock.advance(250);
      await world.observe();
    }
    await expect(world.silence.execute(world.clock.now().getTime())).rejects.toThrow('away');
    world.tables.isAway = false;
    await world.pass(10_000);
    expect(fell(world)).toEqual(['tester-1 online → late']);
    expect(world.owned.deadlines).toBe(1);
  });

  it('is told of once when nobody knows whether its fact was committed, and so is its end', async () => {
    const world = await online();
    await world.pass(3 * minute);
    world.tables.unanswered = 1;
    await expect(world.pass(10_000)).rejects.toThrow('database_unavailable');
    expect(fell(world)).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
    await world.report('tester-1', 2);
    expect(world.changes().at(-1)).toBe('tester-1 offline → online');
    await world.pass(1.7 * minute);
    expect(versionsOf(world)).toEqual([1, 2, 3, 4, 5]);
    expect(world.tables.unitOfWork.state.agents.get('tester-1')?.version).toBe(5);
  });

  it('decides nothing about agents of whom it is not known what was committed, until the table answers', async () => {
    const world = await online();
    await world.pass(3 * minute);
    world.tables.unanswered = 1;
    await expect(world.pass(10_000)).rejects.toThrow('database_unavailable');
    world.tables.isAway = true;
    await expect(world.pass(5_000)).rejects.toThrow('away');
    await expect(world.report('tester-1', 2)).rejects.toThrow('away');
    world.tables.isAway = false;
    await world.pass(30_000);
    expect(fell(world)).toHaveLength(2);
    expect(world.owned.fleet.entry('tester-1')?.state.liveness).toBe('offline');
    expect(world.owned.deadlines).toBe(1);
  });

  it('is decided for a thousand agents in the order of their deadlines, each once', async () => {
    const world = reportingWorld();
    await world.start();
    await world.session(1);
    for (let index = 0; index < 1_000; index += 1) await world.agent(`agent-${index}`);
    await world.ingest.execute(
      Array.from({ length: 1_000 }, (_, index) => world.incoming({ agent_id: `agent-${index}`, seq: 1 })),
    );
    await world.pass(4 * minute);
    expect(world.owned.fleet.counts().byLiveness).toEqual({ online: 0, late: 0, offline: 1_000 });
    expect(world.changes()).toHaveLength(3_000);
    expect(world.owned.deadlines).toBe(1_000);
  }, 30_000);
});

describe('partitions', () => {
  it('are consumed only after their agents are known; those that failed are tried again', async () => {
    const world = reportingWorld();
    world.consumers.isAway = true;
    await world.start();
    expect(world.owned.partitions).toHaveLength(4);
    expect(world.owned.health.troubles).toEqual(['ownership']);
    world.consumers.isAway = false;
    await world.partitions.execute();
    expect(world.consumers.assigned.size).toBe(4);
    expect(world.owned.health.troubles).toEqual([]);
  });

  it('whose agents could not be read are read in the next round, and let nothing be decided until then', async () => {
    const world = reportingWorld();
    const { tables } = world;
    const read = jest
      .spyOn(tables, 'agentsOf')
      .mockImplementationOnce(() => Promise.reject(new Error('away')));
    await expect(world.start()).rejects.toThrow('away');
    expect(world.owned.health.troubles).toContain('ownership');
    expect(world.consumers.assigned.size).toBe(0);
    await world.partitions.execute();
    expect(new Set(read.mock.calls.map(([partition]) => partition))).toEqual(new Set([0, 1, 2, 3]));
    expect(world.consumers.assigned.size).toBe(4);
    expect(world.owned.health.troubles).not.toContain('ownership');
  });

  it('are held also when their claim was committed and nobody was told', async () => {
    const world = reportingWorld();
    const claim = world.tables.unitOfWork.run.bind(world.tables.unitOfWork);
    jest
      .spyOn(world.tables, 'run')
      .mockImplementationOnce(claim)
      .mockImplementationOnce((work) => claim(work).then(() => Promise.reject(new Error('no answer'))));
    await expect(world.start()).rejects.toThrow('no answer');
    expect(world.owned.partitions).toEqual([]);
    await world.start();
    expect(world.owned.partitions).toEqual([0, 1, 2, 3]);
    expect(world.consumers.assigned.size).toBe(4);
  });

  it('that are taken over from a dead owner give their agents the full time again', async () => {
    const world = reportingWorld();
    await world.tables.run((tx) => tx.partitions.claim('dead', [1], 20 * minute));
    await world.start();
    expect(world.owned.partitions).toEqual([0, 2, 3]);
    await world.agent('tester-1');
    await world.session(1);
    await world.tables.run(async (tx) => {
      const [known] = await world.tables.find(['tester-1']);
      if (!known) throw new Error('not registered');
      const receivedAt = world.clock.now().getTime();
      const state = reported(known.state, { session: 1, seq: 1, taskCount: 0 }, receivedAt);
      await tx.agents.saveReports([{ report: reportOf({}), receivedAt, state }]);
    });
    await world.pass(21 * minute);
    await world.partitions.execute();
    expect(world.owned.partitions).toEqual([0, 2, 3, 1]);
    await world.pass(1.5 * minute);
    expect(world.changes()).toEqual([]);
    await world.pass(2 * minute);
    expect(world.changes()).toEqual(['tester-1 online → late', 'tester-1 late → offline']);
  });

  it('are given up at a stop, so that another instance takes them at once', async () => {
    const world = await online();
    await world.partitions.stop();
    const heir = reportingWorld(world);
    await heir.start();
    expect(heir.owned.partitions).toHaveLength(4);
    expect(world.consumers.assigned.size).toBe(0);
  });

  it('are forgotten when another instance has taken them over', async () => {
    const world = await online();
    world.clock.advance(6_000);
    const heir = reportingWorld(world);
    await heir.start();
    await world.partitions.execute();
    expect(world.owned.partitions).toEqual([]);
    expect(world.consumers.assigned.size).toBe(0);
    expect(world.owned.fleet.counts().agents).toBe(0);
    expect(world.owned.due(world.clock.now().getTime() + 10 * minute)).toEqual([]);
  });
});
